// junit, markdown, gate_json and gate_table of the same results.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <limits>

#include "graph/json/json.hpp"
#include "quantizer/gate/gate_json.hpp"
#include "quantizer/gate/gate_table.hpp"
#include "quantizer/gate/junit.hpp"
#include "quantizer/gate/markdown.hpp"
#include "tests/support/process.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Criterion criterion_of(std::string name, double value, Verdict verdict) {
  Criterion criterion;
  criterion.name = std::move(name);
  criterion.value = value;
  criterion.error = 0.25;
  criterion.lower = value - 0.75;
  criterion.upper = value + 0.75;
  criterion.limit = 1.0;
  criterion.remedy = "quantize again";
  criterion.verdict = verdict;
  return criterion;
}

GateResult three_verdicts() {
  GateResult result;
  result.model = "a|b <c>.h5";
  result.criteria = {criterion_of("loss", 0.5, Verdict::passed),
                     criterion_of("energy & \"more\"", 1.5, Verdict::undecided),
                     criterion_of("speed < limit", 2.5, Verdict::failed)};
  result.notes = {"few events"};
  result.provenance = {{"model", "a&b<>\"'\n\x01.h5"}, {"bad", "\xFFx\xC3\xA9"}};
  result.seconds = 1.5;
  return result;
}

GateResult broken() {
  GateResult result;
  result.model = "q.h5";
  result.error = "q.h5: is damaged; <write> it again";
  return result;
}

/// Midnight of 2 January 2026, UTC.
JunitRun a_run() {
  return {std::chrono::system_clock::time_point(std::chrono::seconds(1767312000)), "ci<1>"};
}

/// What both schemas ask for, Ant's (Windy Road's JUnit.xsd, which allows nothing else) and that of
/// Jenkins' xUnit plugin (junit-10.xsd, which allows more). Then a line for each property, testcase
/// and output, as Python's own XML parser reads them.
constexpr const char* check_schemas = R"(
import re, xml.etree.ElementTree as ET
def token(text): return len(text) > 0 and text == ' '.join(text.split())
def integer(text): return re.fullmatch('[0-9]+', text)
def decimal(text): return re.fullmatch('[0-9]*[.]?[0-9]+', text)  # both: no sign, no exponent
def anything(text): return True
def time(text): return re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}', text)
RULES = {  # attributes that must be there; all that may be there
    'testsuites': ({}, {}),
    'testsuite': ({'name': token, 'package': token, 'id': integer, 'timestamp': time,
                   'hostname': token, 'tests': integer, 'failures': integer, 'errors': integer,
                   'time': decimal}, {'skipped': integer}),
    'properties': ({}, {}),
    'property': ({'name': token, 'value': anything}, {}),
    'testcase': ({'name': token, 'classname': token, 'time': decimal}, {}),
    'skipped': ({}, {'message': anything}),
    'failure': ({'type': anything}, {'message': anything}),
    'error': ({'type': anything}, {'message': anything}),
    'system-out': ({}, {}),
    'system-err': ({}, {})}
CHILDREN = {  # tags in their order, as one text
    'testsuites': '(testsuite )*',
    'testsuite': 'properties (testcase )*system-out system-err ',
    'properties': '(property )*',
    'testcase': '((skipped|error|failure) )?'}
root = ET.parse('check.xml').getroot()
assert root.tag == 'testsuites'
for node in root.iter():
    required, allowed = RULES[node.tag]
    assert set(required) <= set(node.attrib) <= set(required) | set(allowed), node.attrib
    for name, text in node.attrib.items():
        assert (required | allowed)[name](text), (node.tag, name, text)
    assert re.fullmatch(CHILDREN.get(node.tag, ''), ''.join(f'{child.tag} ' for child in node))
suite, = root
cases = list(suite.iter('testcase'))
assert int(suite.get('id')) == 0
assert int(suite.get('tests')) == len(cases)
assert int(suite.get('failures')) == len(list(suite.iter('failure')))
assert int(suite.get('skipped')) == len(list(suite.iter('skipped')))
assert int(suite.get('errors')) == len(list(suite.iter('error')))
assert not cases or abs(sum(float(c.get('time')) for c in cases) - float(suite.get('time'))) < 0.01
for p in suite.iter('property'): print('property', ascii(p.get('name')), ascii(p.get('value')))
for c in cases: print(c.get('classname'), c.get('name'), [(n.tag, n.get('message')) for n in c])
print(suite.get('timestamp'), suite.get('hostname'))
print(suite.find('system-out').text)
)";

std::string parsed(const std::string& xml) {
  const testing::TempDir folder;
  std::ofstream(folder / "check.xml") << xml;
  const auto done = testing::launch(
      {{"/usr/bin/env", "python3", "-c", check_schemas}, folder.path().string(), {}, {}});
  EXPECT_EQ(done.exit_code, 0) << done.err << xml;
  return done.out;
}

TEST(GateReports, JunitIsValidWhateverIsInIt) {
  const std::string where = "2026-01-02T00:00:00 ci<1>\n";
  EXPECT_EQ(
      parsed(junit_xml(three_verdicts(), a_run())),
      "property 'model' 'a&b<>\"\\'\\n\\ufffd.h5'\n"
      "property 'bad' '\\ufffdx\\xe9'\n"
      "caloquant.check loss []\n"
      "caloquant.check energy & \"more\" [('failure', 'energy & \"more\" is 1.5 (+- 0.25), and "
      "must be <= 1; between 0.75 and 2.25 at a confidence of 95 %: more events would tell')]\n"
      "caloquant.check speed < limit [('failure', 'speed < limit is 2.5 (+- 0.25), and must "
      "be <= 1; quantize again')]\n" +
          where +
          "FAILED: speed < limit\n"
          "loss: measured 0.5 (+- 0.25), limit <= 1, passed\n"
          "energy & \"more\": measured 1.5 (+- 0.25), limit <= 1, undecided\n" +
          explanation(three_verdicts().criteria[1], three_verdicts()) +
          "\nspeed < limit: measured 2.5 (+- 0.25), limit <= 1, failed\n"
          "note: few events\n");
  EXPECT_EQ(parsed(junit_xml(broken(), a_run())),
            "caloquant.check evaluation [('error', 'q.h5: is damaged; <write> it again')]\n" +
                where + "ERROR\n");
  EXPECT_EQ(parsed(junit_xml({}, a_run())), where + verdict_line({}) + "\n");
}

TEST(GateReports, WhatIsUndecidedFailsUnlessThatPasses) {
  GateResult result = three_verdicts();
  result.criteria.pop_back();
  EXPECT_EQ(result.verdict(), Verdict::undecided);
  EXPECT_FALSE(result.passed());
  EXPECT_EQ(verdict_line(result), "UNDECIDED: energy & \"more\"");
  EXPECT_THAT(parsed(junit_xml(result, a_run())), HasSubstr("[('failure', 'energy"));
  EXPECT_THAT(gate_markdown(result), HasSubstr("| **undecided** |"));
  EXPECT_EQ(Json::parse(gate_json(result))["outcome"], "undecided");
  result.undecided_passes = true;
  EXPECT_EQ(result.verdict(), Verdict::undecided);
  EXPECT_TRUE(result.passed());
  EXPECT_THAT(parsed(junit_xml(result, a_run())), HasSubstr("[('skipped', 'energy"));
  EXPECT_THAT(gate_markdown(result), HasSubstr("| undecided |"));
  EXPECT_EQ(Json::parse(gate_json(result))["passed"], true);
  EXPECT_EQ(verdict_line(result), "passed, 1 of 2 criteria undecided");
}

TEST(GateReports, AllSayThatPhysicsWasNotAsked) {
  GateResult result = three_verdicts();
  for (std::size_t left = 3; left > 0; --left) {
    result.criteria.resize(left);
    result.loss_only = true;
    result.asks_physics = false;
    EXPECT_THAT(verdict_line(result), HasSubstr("loss only, physics not asked"));
    EXPECT_THAT(gate_table(result), HasSubstr("loss only, physics not asked"));
    EXPECT_THAT(gate_markdown(result), HasSubstr("loss only, physics not asked"));
    EXPECT_THAT(junit_xml(result, a_run()), HasSubstr("loss only, physics not asked"));
    EXPECT_THAT(gate_json(result), HasSubstr("loss only, physics not asked"));
    EXPECT_EQ(Json::parse(gate_json(result))["asked"], "loss_only");
  }
}

TEST(GateReports, JunitKnowsWhereAndWhenItIs) {
  const auto before = std::chrono::system_clock::now();
  const JunitRun run = junit_run_here();
  EXPECT_GE(run.started, before);
  EXPECT_LE(run.started, std::chrono::system_clock::now());
  EXPECT_FALSE(run.host.empty());
}

TEST(GateReports, XmlTextHoldsOnlyWhatXmlMayHold) {
  EXPECT_EQ(xml_text("\xE2\x82\xAC\xF0\x9F\x99\x82"), "\xE2\x82\xAC\xF0\x9F\x99\x82");
  const std::string unknown = "\xEF\xBF\xBD";
  EXPECT_EQ(xml_text("\xC0\x80"), unknown + unknown);                // overlong
  EXPECT_EQ(xml_text("\xED\xA0\x80"), unknown + unknown + unknown);  // surrogate
  EXPECT_EQ(xml_text("\xEF\xBF\xBE"), unknown + unknown + unknown);  // U+FFFE
  EXPECT_EQ(xml_text("\xF4\x90\x80\x80"), unknown + unknown + unknown + unknown);
  EXPECT_EQ(xml_text("\xE2\x82"), unknown + unknown);  // cut off
  EXPECT_EQ(xml_text("\x1b[2J\x7f"), unknown + "[2J" + unknown);
  EXPECT_EQ(xml_text("\xE2\x80\xAE"), unknown + unknown + unknown);  // right to left
}

TEST(GateReports, MarkdownTellsNobodyAndHidesNothing) {
  GateResult result = three_verdicts();
  result.model = "> @everyone\x1b[2J\n# \xE2\x80\xAE![x](http://y)";
  EXPECT_THAT(gate_markdown(result),
              HasSubstr("Model &gt; &#64;everyone\\\\x1b\\[2J \\# \\\\u202e!\\[x\\](http://y)\n"));
}

TEST(GateReports, MarkdownBeginsWithTheVerdict) {
  const std::string text = gate_markdown(three_verdicts());
  EXPECT_THAT(text, StartsWith("## caloquant check: FAILED: speed &lt; limit\n"));
  EXPECT_THAT(text, HasSubstr("Model a\\|b &lt;c&gt;.h5"));
  EXPECT_THAT(text, HasSubstr("| loss | 0.5 | +- 0.25 | &lt;= 1 | passed |\n"));
  EXPECT_THAT(text, HasSubstr("| speed &lt; limit | 2.5 | +- 0.25 | &lt;= 1 | **failed** |\n"));
  EXPECT_THAT(text, HasSubstr("- undecided: more events would tell"));
  EXPECT_THAT(text, HasSubstr("- failed: quantize again\n- note: few events\n"));
  EXPECT_THAT(gate_markdown(broken()),
              StartsWith("## caloquant check: ERROR\n\nModel q.h5\n\nq.h5: is damaged; &lt;write"));
}

TEST(GateReports, JsonHoldsEveryNumber) {
  GateResult result = three_verdicts();
  result.criteria[0].value = std::numeric_limits<double>::quiet_NaN();
  const Json json = Json::parse(gate_json(result));
  EXPECT_FALSE(json["passed"].get<bool>());
  EXPECT_EQ(json["verdict"], "FAILED: speed < limit");
  EXPECT_EQ(json["criteria"].size(), 3U);
  EXPECT_EQ(json["criteria"][0]["value"], "nan");
  EXPECT_EQ(json["criteria"][1]["value"], 1.5);
  EXPECT_EQ(json["criteria"][1]["standard_error"], 0.25);
  EXPECT_EQ(json["criteria"][1]["lower"], 0.75);
  EXPECT_EQ(json["criteria"][1]["upper"], 2.25);
  EXPECT_EQ(json["criteria"][2]["verdict"], "failed");
  EXPECT_EQ(json["criteria"][2]["limit"], 1.0);
  EXPECT_TRUE(json["error"].is_null());
}

TEST(GateReports, TableEndsWithTheVerdict) {
  GateResult result = three_verdicts();
  EXPECT_THAT(gate_table(result), ::testing::EndsWith("\ncheck: FAILED: speed < limit\n"));
  result.criteria.pop_back();
  EXPECT_THAT(gate_table(result), ::testing::EndsWith("\ncheck: UNDECIDED: energy & \"more\"\n"));
  result.criteria.pop_back();
  EXPECT_THAT(gate_table(result), ::testing::EndsWith("note: few events\ncheck: passed\n"));
  EXPECT_THAT(gate_table(result), Not(HasSubstr("failed: ")));
}

TEST(GateReports, BoundsTellWhyASpeedIsUndecided) {
  GateResult result;
  Criterion criterion = criterion_of("speedup over fp32", 1.4, Verdict::undecided);
  criterion.error.reset();
  criterion.unit = GateUnit::times;
  result.criteria = {criterion};
  EXPECT_EQ(explanation(criterion, result),
            "speedup over fp32 is 1.4 x (0.65..2.15), and must be <= 1 x; between 0.65 x and "
            "2.15 x at a confidence of 95 %: a quieter machine would tell");
}

TEST(GateReports, AdviceIsGivenOnce) {
  GateResult result = three_verdicts();
  result.criteria.push_back(criterion_of("another", 3.0, Verdict::failed));
  EXPECT_THAT(advice(result), ::testing::SizeIs(2));
}

TEST(GateReports, NothingAskedIsNotPassed) {
  EXPECT_FALSE(GateResult{}.passed());
  EXPECT_FALSE(broken().passed());
}

}  // namespace
}  // namespace caloquant
