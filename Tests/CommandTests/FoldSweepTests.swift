import Foundation
import TestSupport
import Testing

/// Folds and lists of ids as a person meets them.
@Suite struct FoldSweepTests {
  private func experiment(_ split: String) throws -> TinyExperiment {
    let tiny = try TinyExperiment()
    let text = TinyExperiment.text(
      strategies: ["baseline: {}", "class-balanced-sampling: {}"], epochs: 1
    ).replacing("split: {test: given, validation: 0.2}", with: "split: \(split)")
    try tiny.folder.write(text.replacing("seeds: [1, 2]", with: "seeds: [1]"), to: "tiny.yaml")
    return tiny
  }

  @Test func `a sweep over folds is one data set, one report, and pairs by fold`() throws {
    let tiny = try experiment("{folds: 3, validation: 0.2}")
    let only = try PoiseProcess.run("sweep", "tiny.yaml", "--only", "fold=2", in: tiny.path)
    #expect(only.status == 0, "\(only.standardError)")
    #expect(
      try tiny.query("SELECT name, fold, status FROM run ORDER BY id")
        == "baseline-s1-f2|2|done\nclass-balanced-sampling-s1-f2|2|done\n")
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    #expect(try tiny.query("SELECT count(*) FROM dataset") == "1\n")
    #expect(
      try tiny.query("SELECT count(*), count(DISTINCT fold) FROM run WHERE status = 'done'")
        == "6|3\n")
    // Every image is tested once: those of both files, 4 · 8 + 108.
    #expect(
      try tiny.query(
        """
        SELECT sum(m.support) FROM class_metric m JOIN run r ON r.id = m.run_id
        WHERE r.strategy = 'baseline' AND m.split = 'test'
        """) == "140\n")
    let report = try PoiseProcess.run("report", in: tiny.path).standardOutput
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(report.contains("Folds share training images"), "\(report)")
    #expect(report.contains("over 3 folds"), "\(report)")
  }

  @Test func `a plan and the data say what every fold has`() throws {
    let tiny = try experiment("{folds: 3, validation: 0.2}")
    let plan = try PoiseProcess.run("plan", "tiny.yaml", "--only", "fold=3", in: tiny.path)
    #expect(plan.standardOutput.contains("baseline-s1-f3"), "\(plan.standardError)")
    #expect(!plan.standardOutput.contains("-f1"))
    let data = try PoiseProcess.run("data", "tiny.yaml", in: tiny.path)
    #expect(data.standardOutput.contains("fold 3"), "\(data.standardError)")
    let csv = try PoiseProcess.run("data", "tiny.yaml", "--csv", in: tiny.path).standardOutput
    let lines = csv.split(whereSeparator: \.isNewline).map { $0.split(separator: ",") }
    #expect(lines[0].last == "test_fold_3" && lines[0].count == 14)
    for line in lines.dropFirst() {
      let tests = [line[7], line[10], line[13]].compactMap { Int($0) }
      #expect(tests.reduce(0, +) == Int(line[3]), "\(line)")
    }
    let wrong = try PoiseProcess.run("plan", "tiny.yaml", "--only", "fold=4", in: tiny.path)
    #expect(wrong.status != 0)
  }

  @Test func `ids that are written are read back to the same split and digest`() throws {
    let tiny = try experiment("{test: 0.25, validation: 0.2, long_tail: {factor: 4}}")
    let made = try PoiseProcess.run("data", "tiny.yaml", "--ids", "lists", in: tiny.path)
    #expect(made.status == 0, "\(made.standardError)")
    let read = try PoiseProcess.run(
      "data", "tiny.yaml", "--set", "split.long_tail=none", "--set",
      "split.test={lists: {train: lists/train.txt, validation: lists/validation.txt, "
        + "test: lists/test.txt}}", in: tiny.path)
    #expect(read.status == 0, "\(read.standardError)")
    func digest(_ text: String) -> Substring? {
      text.split(separator: "\n").first { $0.contains("digest") }
    }
    #expect(digest(made.standardOutput) != nil)
    #expect(digest(made.standardOutput) == digest(read.standardOutput))
    let folds = try experiment("{folds: 2}")
    _ = try PoiseProcess.run("data", "tiny.yaml", "--ids", "lists", in: folds.path)
    for file in ["fold-1/train.txt", "fold-2/test.txt"] {
      let list = try String(contentsOfFile: folds.path + "/lists/\(file)", encoding: .utf8)
      #expect(list.split(separator: "\n").count > 10)
    }
  }
}
