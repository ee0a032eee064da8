import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whatever is named as an input may be a pipe that nobody writes to: it is refused at once.
@Suite(.timeLimit(.minutes(3))) struct PipedInputTests {
  private struct Case {
    var command: String
    var says: String
    var code: Int32

    init(_ command: String, _ says: String, _ code: Int32 = 65) {
      (self.command, self.says, self.code) = (command, says, code)
    }
  }

  private static let refused = "it is a FIFO, not a regular file"
  private static let cases = [
    Case("check pipe --no-data", "pipe: error: the file cannot be read: \(refused)"),
    Case("sweep pipe", "pipe: error: the file cannot be read: \(refused)"),
    Case(
      "check extends.yaml --no-data",
      "extends.yaml:1:10: error: extends: 'pipe': the file cannot be read: \(refused)"),
    Case("check /dev/zero --no-data", "it is a device, not a regular file"),
    Case("check device.yaml --no-data", "device.yaml:1:10: error: extends: '/dev/zero': the file"),
    Case("data tiny.yaml --set dataset.train_images=pipe", refused),
    Case("data tiny.yaml --set dataset.test_labels=pipe", refused),
    Case("data table.yaml", refused), Case("data list.yaml", refused),
    Case(
      "data tiny.yaml --set split.test.lists.train=pipe --set split.test.lists.test=pipe", refused),
    Case(
      "check tiny.yaml --no-data --set model.weights=pipe.pth",
      "--set model.weights=pipe.pth: error: "),
    Case("check tiny.yaml --no-data --set model.weights=pipe.safetensors", refused),
    Case("runs --results pipe", "'pipe' is a pipe; expected a results file"),
    Case("report --results pipe", "'pipe' is a pipe; expected a results file"),
    Case("sweep tiny.yaml --results pipe", "'pipe' is a pipe; expected a results file"),
    Case("worker pipe", refused, 73),
  ]

  @Test func `a pipe as any input is refused at once, where its name stands`() throws {
    let tiny = try TinyExperiment()
    for name in ["pipe", "pipe.pth", "pipe.safetensors"] {
      #expect(mkfifo(tiny.folder.path(of: name), 0o600) == 0)
    }
    let whole = TinyExperiment.text(strategies: ["baseline: {}"], epochs: 1)
    try tiny.folder.write("extends: pipe\n" + whole, to: "extends.yaml")
    try tiny.folder.write("extends: /dev/zero\n" + whole, to: "device.yaml")
    func file(_ dataset: String) -> String {
      "name: t\ndataset: \(dataset)\nimage: {size: 8}\nstrategies: {baseline: {}}\n"
    }
    try tiny.folder.write(
      file("{format: csv, root: ., file: pipe, id: id, label: l, image: '{id}.png'}"),
      to: "table.yaml")
    try tiny.folder.write(
      file("{format: list, root: ., train_list: pipe, test_list: pipe}"), to: "list.yaml")
    for one in Self.cases {
      let process = PoiseProcess(
        one.command.split(separator: " ").map(String.init), in: tiny.path)
      try process.start()
      let output = try process.finish()
      #expect(!output.wasSignalled, "\(one.command)")
      #expect(output.status == one.code, "\(one.command): \(output.standardError)")
      #expect(output.standardError.contains(one.says), "\(one.command): \(output.standardError)")
    }
  }

  @Test func `a picture that is a pipe is quarantined, and named by predict`() throws {
    let folder = try TemporaryFolder("pipes")
    for name in ["a/1.png", "a/2.png", "b/1.png", "b/2.png"] {
      let shade = UInt8(name.utf8.reduce(0) { $0 + Int($1) } % 256)
      try folder.write(
        PNGMaker.encode(height: 8, width: 8, rgb: Array(repeating: shade, count: 192)),
        to: "d/\(name)")
    }
    #expect(mkfifo(folder.path(of: "d/a/3.png"), 0o600) == 0)
    try folder.write(
      "name: t\ndataset: {format: folder, root: d, quarantine_limit: 0.5}\nimage: {size: 8}\n"
        + "strategies: {baseline: {}}\n", to: "t.yaml")
    let output = try PoiseProcess.run("data", "t.yaml", in: folder.path)
    #expect(output.status == 0 || output.status == 65, "\(output.standardError)")
    #expect(!output.wasSignalled)
  }
}
