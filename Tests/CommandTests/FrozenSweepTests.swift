import Foundation
import Testing

@Suite struct FrozenSweepTests {
  private static let figures = """
    SELECT name, status, weights_sha256, accuracy, macro_f1, test_loss, best_epoch FROM run
      ORDER BY name
    """

  private func experiment() throws -> TinyExperiment {
    let tiny = try TinyExperiment()
    let text = TinyExperiment.text(
      strategies: ["baseline: {}", "class-balanced-sampling: {}"], epochs: 3)
    try tiny.folder.write(
      text.replacing("stem: small}", with: "stem: small, freeze: layer1}"), to: "tiny.yaml")
    return tiny
  }

  private func activations(_ tiny: TinyExperiment) throws -> [String] {
    let output = try PoiseProcess.run("cache", "list", in: tiny.path)
    #expect(output.status == 0, "\(output.standardError)")
    return output.standardOutput.split(separator: "\n").map(String.init).filter {
      $0.contains("activations-layer1-")
    }
  }

  @Test func `runs share a frozen trunk, and one that has no room for it has the same figures`()
    throws
  {
    let shared = try experiment()
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: shared.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    // Two seeds, two files each; the second strategy finds them.
    #expect(sweep.standardError.components(separatedBy: "are computed once: ").count == 1 + 4)
    #expect(try activations(shared).count == 4)
    let separate = try experiment()
    let other = try PoiseProcess.run(
      "sweep", "tiny.yaml", "--set", "model.cache_limit=0", in: separate.path)
    #expect(other.status == 0, "\(other.standardError)")
    #expect(try activations(separate) == [])
    #expect(try separate.query(Self.figures) == shared.query(Self.figures))
    let cleared = try PoiseProcess.run("cache", "clear", "--kind", "activations", in: shared.path)
    #expect(cleared.standardOutput.hasPrefix("removed 4 files, "))
    #expect(try activations(shared) == [])
    #expect(
      try PoiseProcess.run("cache", "clear", "--older-than", "-1", in: shared.path).status == 64)
  }

  /// Every write beyond a size fails, as on a full disk: half-way through the activations, while
  /// weights, checkpoints and the store are small enough.
  @Test func `a disk that is full costs time and nothing else`() throws {
    let whole = try experiment()
    let cramped = try experiment()
    for (tiny, limit) in [(whole, "unlimited"), (cramped, "5000")] {
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/bash")
      // In KB. Checkpoints take 3 MB, activations of 48 × 48 × 16 numbers 8 and 13 MB.
      shell.arguments = [
        "-c",
        "trap '' XFSZ; ulimit -f \(limit); exec \"$0\" sweep tiny.yaml --set image.size=48 "
          + "--set training.epochs=1 --set seeds=[1] > out 2> err",
        PoiseProcess.executable.path,
      ]
      shell.currentDirectoryURL = URL(fileURLWithPath: tiny.path)
      try shell.run()
      shell.waitUntilExit()
      let errors = try String(contentsOfFile: tiny.folder.path(of: "err"), encoding: .utf8)
      #expect(shell.terminationStatus == 0, "\(errors)")
      #expect(errors.contains("not kept: cannot write") == (limit != "unlimited"), "\(errors)")
    }
    #expect(try cramped.query(Self.figures) == whole.query(Self.figures))
    #expect(try activations(cramped).count < activations(whole).count)
    let left = try FileManager.default.contentsOfDirectory(
      atPath: cramped.folder.path(of: ".poise/cache"))
    #expect(!left.contains { $0.hasSuffix(".partial") })
  }
}
