import Foundation
import TestSupport
import Testing

@Suite struct WeightCommandTests {
  @Test func `a run is exported, classifies images, and is started from`() throws {
    let tiny = try TinyExperiment(strategies: ["baseline: {}"], epochs: 2)
    let early = try PoiseProcess.run("export", "1", "w.safetensors", in: tiny.path)
    #expect(early.status == 66, "\(early.standardError)")
    let sweep = try PoiseProcess.run("sweep", "tiny.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")

    let export = try PoiseProcess.run("export", "1", "w.safetensors", in: tiny.path)
    #expect(export.status == 0, "\(export.standardError)")
    #expect(export.standardError.contains("the best on validation"))
    let bytes = try Data(contentsOf: URL(fileURLWithPath: tiny.folder.path(of: "w.safetensors")))
    let header = String(decoding: bytes.dropFirst(8).prefix(5_000), as: UTF8.self)
    for words in [
      #""architecture":"cifar_resnet20""#, #""classes":"[\"0\",\"1\",\"2\",\"3\"]""#,
      #""input_height":"8""#, #""mean":"[0.485,0.456,0.406]""#, #""format":"pt""#,
      #""decode":"scaled""#, #""orientation":"ignore""#, "triangle filter", "laid on white",
    ] {
      #expect(header.contains(words), "\(words) in \(header.prefix(900))")
    }

    let picture = PNGMaker.encode(height: 9, width: 7, rgb: (0..<189).map { UInt8($0) })
    try tiny.folder.write(picture, to: "new.png")
    let said = try PoiseProcess.run("predict", "baseline-s1", "new.png", in: tiny.path)
    #expect(said.status == 0, "\(said.standardError)")
    let lines = said.standardOutput.split(separator: "\n")
    #expect(lines.count == 5 && lines[0] == "new.png" && lines[1].contains(" %  "))
    let json = try PoiseProcess.run(
      "predict", "1", "new.png", "absent.png", "--json", in: tiny.path)
    #expect(json.status == 65)
    #expect(json.standardError.contains("1 of 2 images could not be read"))
    let parsed = try JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8))
    let images = try #require((parsed as? [String: Any])?["images"] as? [[String: Any]])
    #expect(images.count == 2 && (images[0]["best"] as? [Any])?.count == 4)
    #expect((images[0]["logits"] as? [Any])?.count == 4 && images[1]["problem"] != nil)

    try startFromExport(tiny)
    try FileManager.default.removeItem(atPath: tiny.folder.path(of: ".poise"))
    let gone = try PoiseProcess.run("export", "1", "again.safetensors", in: tiny.path)
    #expect(gone.status == 66 && gone.standardError.contains("were not kept"))
  }

  /// A second experiment, whose fingerprint holds the file's digest.
  private func startFromExport(_ tiny: TinyExperiment) throws {
    let text = try String(contentsOfFile: tiny.folder.path(of: "tiny.yaml"), encoding: .utf8)
    try tiny.folder.write(
      text.replacing("name: tiny", with: "name: tuned").replacing(
        "stem: small}", with: "stem: small, weights: ../w.safetensors}"
      ).replacing("root: .", with: "root: .."), to: "sub/tuned.yaml")
    let check = try PoiseProcess.run("check", "sub/tuned.yaml", in: tiny.path)
    #expect(check.status == 0, "\(check.standardError)")
    #expect(check.standardError.contains("tensors, head of 4 classes, SHA-256"))
    let sweep = try PoiseProcess.run("sweep", "sub/tuned.yaml", in: tiny.path)
    #expect(sweep.status == 0, "\(sweep.standardError)")
    let show = try PoiseProcess.run("show", "tuned", "--sweep", "tuned", in: tiny.path)
    #expect(show.status == 66)
    let hashes = try tiny.query("SELECT count(DISTINCT config_hash) FROM run WHERE seed = 1")
    #expect(hashes == "2\n")
    let run = try PoiseProcess.run("show", "baseline-s1", "--sweep", "tuned", in: tiny.path)
    #expect(run.standardOutput.contains("head included"), "\(run.standardOutput)")
    let other = try PoiseProcess.run(
      "check", "sub/tuned.yaml", "--set", "model.architecture=resnet18", "--set",
      "model.stem=imagenet", in: tiny.path)
    #expect(other.status == 65)
    #expect(other.standardError.contains("the file looks like architecture cifar_resnet20"))
  }

  @Test func `a file of another kind cannot be written`() throws {
    let folder = try TemporaryFolder("command")
    let output = try PoiseProcess.run("export", "1", "w.pth", in: folder.path)
    #expect(output.status == 64 && output.standardError.contains("does not end in .safetensors"))
  }
}
