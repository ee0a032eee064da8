import Foundation
import TestSupport
import Testing

/// Every kind of end that a command has, as `Docs/usage.md` lists them.
@Suite struct ExitCodeTests {
  /// A command line in a folder with `tiny.yaml`, its data, `broken.yaml`, an empty folder `empty`, and
  /// a file `text.sqlite` that is no store.
  struct Case: Sendable {
    var words: [String]
    var code: Int32
    var says: String

    init(_ line: String, _ code: Int32, _ says: String) {
      (words, self.code, self.says) = (line.split(separator: " ").map(String.init), code, says)
    }
  }

  static let cases: [Case] = [
    Case("check tiny.yaml --no-data", 0, ""),
    Case("strategies show focal", 0, ""),
    Case("cache list", 0, ""),
    // 64: the command line.
    Case("swep tiny.yaml", 64, "did you mean 'poise sweep'?"),
    Case("help swep", 64, "did you mean 'poise sweep'?"),
    Case("strategies shw focal", 64, "did you mean 'poise strategies show'?"),
    Case("strategies focal", 64, "did you mean 'poise strategies show focal'?"),
    Case("cache claer", 64, "did you mean 'poise cache clear'?"),
    Case("strategies show focl", 64, "did you mean 'focal'?"),
    Case("sweep", 64, "file"),
    Case("sweep tiny.yaml --threads 0", 64, "--threads is 0"),
    Case("sweep tiny.yaml --only strategy=baselin", 64, "did you mean 'baseline'?"),
    Case("sweep tiny.yaml --only sede=1", 64, "did you mean 'seed'?"),
    Case("sweep tiny.yaml --set training", 64, "expected key=value"),
    Case("report --metric macro_recal", 64, "did you mean 'macro_recall'?"),
    Case("report --by clas", 64, "did you mean 'class'?"),
    Case("report --format markdwon", 64, "did you mean 'markdown'?"),
    Case("runs --status faild", 64, "did you mean 'failed'?"),
    Case("cache clear --kind pixel", 64, "did you mean 'pixels'?"),
    Case("export 1 w.pth", 64, "does not end in .safetensors"),
    // 65: what is there and wrong.
    Case("check broken.yaml", 65, "broken.yaml:2:"),
    Case("plan broken.yaml", 65, "broken.yaml:2:"),
    Case("sweep broken.yaml", 65, "broken.yaml:2:"),
    Case("check tiny.yaml --set training.bach=3", 65, "did you mean 'batch'?"),
    Case("check tiny.yaml --set split.validation=2", 65, "split.validation"),
    Case("sweep tiny.yaml --set dataset.classes.include=[9]", 65, "no class '9'"),
    Case("sweep tiny.yaml --set model.weights=broken.yaml", 65, "neither safetensors"),
    Case("report --results text.sqlite", 65, "text.sqlite"),
    // 66: what is not there.
    Case("check absent.yaml", 66, "there is no such file"),
    Case("plan absent.yaml", 66, "there is no such file"),
    Case("data absent.yaml", 66, "there is no such file"),
    Case("sweep absent.yaml", 66, "there is no such file"),
    Case("check empty", 66, "no file that ends in .yaml"),
    Case("check tiny.yaml --set dataset.root=nowhere", 66, "the root of data set"),
    Case("plan tiny.yaml --set dataset.root=nowhere", 66, "the root of data set"),
    Case("data tiny.yaml --set dataset.root=nowhere", 66, "the root of data set"),
    Case("sweep tiny.yaml --set dataset.root=nowhere", 66, "the root of data set"),
    Case("sweep tiny.yaml --set dataset.train_images=absent", 66, "no file 'absent'"),
    Case("check tiny.yaml --set model.weights=absent.pth", 66, "absent.pth"),
    Case("sweep tiny.yaml --set model.weights=absent.pth", 66, "absent.pth"),
    Case("sweep tiny.yaml --set model.weights=run:7", 66, "results.sqlite"),
    Case("report", 66, "no results file"),
    Case("runs --results absent.sqlite", 66, "no results file"),
    // A sweep that was ended before its first entry leaves an empty file.
    Case("runs --results empty.sqlite", 66, "the same `poise sweep` fills it"),
    Case("sweep tiny.yaml --dry-run --results empty.sqlite", 0, ""),
    Case("show 1", 66, "no results file"),
    Case("export 1 w.safetensors", 66, "no results file"),
    Case("predict 1 a.png", 66, "no results file"),
    // 73: what cannot be written.
    Case(
      "sweep tiny.yaml --results tiny.yaml/results.sqlite", 73, "there is no folder 'tiny.yaml'"),
  ]

  private func folder() throws -> TinyExperiment {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 1)
    try tiny.folder.write("strategies: [\n", to: "broken.yaml")
    try tiny.folder.write("no store at all, but long enough to look at\n", to: "text.sqlite")
    try tiny.folder.write("", to: "empty/readme.txt")
    try tiny.folder.write("", to: "empty.sqlite")
    return tiny
  }

  @Test func `every situation has its code, and words for it on standard error`() throws {
    let tiny = try folder()
    for example in Self.cases {
      let process = PoiseProcess(example.words, in: tiny.path)
      try process.start()
      let output = try process.finish()
      let line = example.words.joined(separator: " ")
      #expect(output.status == example.code, "\(line): \(output.standardError)")
      #expect(!output.wasSignalled)
      #expect(
        example.says.isEmpty || output.standardError.contains(example.says),
        "\(line): \(output.standardError)")
      for raw in ["Error Domain=", "NSCocoaErrorDomain", "NSFilePath", "UserInfo"] {
        #expect(!output.standardError.contains(raw), "\(line): \(output.standardError)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: tiny.folder.path(of: "results.sqlite")))
  }

  /// One strategy's learning rate is so large that its runs diverge.
  @Test func `2 for as long as a run stands as diverged, 0 once it is left out`() throws {
    let tiny = try TinyExperiment(
      strategies: [
        "baseline: {}",
        "wild: {strategy: inverse-weights, overrides: {training.optimizer.learning_rate: 1e30}}",
      ], epochs: 2)
    for round in 1...3 {
      let output = try PoiseProcess.run(
        "sweep", "tiny.yaml", "--set", "seeds=[1]", in: tiny.path)
      #expect(output.status == 2, "round \(round): \(output.standardError)")
      let lines = output.standardError.split(separator: "\n")
      #expect(
        lines.contains("failed or diverged: wild-s1; --retry-failed tries them again"),
        "\(output.standardError)")
    }
    let retried = try PoiseProcess.run(
      "sweep", "tiny.yaml", "--set", "seeds=[1]", "--retry-failed", in: tiny.path)
    #expect(retried.status == 2)
    let other = try PoiseProcess.run(
      "sweep", "tiny.yaml", "--set", "seeds=[1]", "--only", "strategy=baseline", in: tiny.path)
    #expect(other.status == 0, "\(other.standardError)")
    for (words, says) in [
      (["report", "--sweep", "tny"], "did you mean 'tiny'?"),
      (["report", "--baseline", "baselin"], "did you mean 'baseline'?"),
      (["show", "baseline-s2"], "did you mean 'baseline-s1'?"), (["show", "99"], "no run 99"),
    ] {
      let process = PoiseProcess(words, in: tiny.path)
      try process.start()
      let output = try process.finish()
      #expect(output.status == 66 && output.standardError.contains(says), "\(output.standardError)")
    }
  }
}
