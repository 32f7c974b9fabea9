#pragma once

#include <string>

namespace caloquant::hdf5 {

class Handle;
struct OpenFile;

/// Makes LZF known, where nobody did before; h5py packs with it, libhdf5 does not have it.
void register_own_filters();

/// Fails with the name of the filter where one that a dataset is packed with is not there to
/// unpack. `properties`: those that the dataset was created with.
void expect_filters(const OpenFile& file, const std::string& dataset, const Handle& properties);

}  // namespace caloquant::hdf5
