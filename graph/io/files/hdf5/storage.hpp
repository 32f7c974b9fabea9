#pragma once

#include <string>

#include "graph/io/files/hdf5/library.hpp"

namespace caloquant::hdf5 {

struct OpenFile;

/// Fails unless every value of a dataset stands in a file and can be unpacked. libhdf5 gives fill
/// values for all that is missing, and nobody must allocate what a damaged header claims.
///   contiguous  as many bytes as the shape has
///   chunked     every chunk written, its filters there
///   external    raw files beside the file, long enough; only where links are followed
///   virtual     as below
void expect_stored(const OpenFile& file, const std::string& dataset);

/// The part of expect_stored() for a virtual dataset: sources cover all of it, without gap or
/// overlap, and each is a stored dataset of a file beside this one that has what is taken from it.
/// `nesting`: of virtual
/// datasets in virtual datasets.
void expect_virtual(const OpenFile& file, const std::string& dataset, const Handle& handle,
                    int nesting);

/// Fails for a virtual dataset whose sources have patterns for names, or no end: libhdf5 opens them
/// as soon as it is asked for the shape.
void expect_ended_sources(const OpenFile& file, const std::string& dataset, const Handle& handle);

/// expect_stored() below `nesting` virtual datasets.
void expect_stored(const OpenFile& file, const std::string& dataset, int nesting);

}  // namespace caloquant::hdf5
