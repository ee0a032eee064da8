import Foundation
import TestSupport
import Testing

extension PoiseProcess {
  /// Runs a line of the shell, in which `$POISE` is the command: for limits and for redirected output.
  static func shell(
    _ line: String, in folder: String, environment: [String: String] = [:]
  ) throws -> Output {
    let process = PoiseProcess(
      [], in: folder, environment: environment.merging(["POISE": executable.path]) { $1 })
    process.process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.process.arguments = ["-c", line]
    try process.start()
    return try process.finish()
  }
}

/// Words that no user should meet: Foundation's, and the insides of Swift values.
private let rawWords = [
  "Error Domain=", "NSCocoaErrorDomain", "NSPOSIXErrorDomain", "NSFilePath", "UserInfo",
  "couldn’t be completed", "could not be completed", "Fatal error", "_NSFileManager", "(code:",
  "no permission",
]

private func expectWords(_ output: PoiseProcess.Output, _ line: String) {
  #expect(!output.wasSignalled, "\(line): \(output.standardError)")
  // The shell's way to tell that the command was ended by a signal.
  #expect(output.status < 128, "\(line): \(output.status) \(output.standardError)")
  for raw in rawWords {
    #expect(!output.standardError.contains(raw), "\(line): \(output.standardError)")
  }
}

/// Disks and quotas that are full, by real devices and by the limit on a file's size.
@Suite(.serialized) struct FullDiskTests {
  /// Four runs of one epoch, which take seconds, and a picture to look at.
  private func experiment() throws -> TinyExperiment {
    let tiny = try TinyExperiment(epochs: 1)
    let picture = PNGMaker.encode(
      height: 8, width: 8, rgb: (0..<192).map { UInt8($0) })
    try tiny.folder.write(picture, to: "a.png")
    return tiny
  }

  private func sweep(_ prefix: String, _ tiny: TinyExperiment) throws -> PoiseProcess.Output {
    try PoiseProcess.shell("\(prefix)exec \"$POISE\" sweep tiny.yaml", in: tiny.path)
  }

  @Test func `standard output that takes nothing is code 73 in every command`() throws {
    let tiny = try experiment()
    #expect(try sweep("", tiny).status == 0)
    for line in [
      "report", "report --format json", "report --recipe", "runs", "runs --format csv", "show 1",
      "plan tiny.yaml", "plan tiny.yaml --csv", "check tiny.yaml", "check tiny.yaml --no-data",
      "data tiny.yaml", "data tiny.yaml --json", "predict 1 a.png", "predict 1 a.png --json",
      "strategies", "strategies show focal", "doctor", "cache list", "runs remove 1",
      "sweep tiny.yaml --dry-run", "--help", "help sweep", "--version",
      "--generate-completion-script bash",
    ] {
      let output = try PoiseProcess.shell("exec \"$POISE\" \(line) > /dev/full", in: tiny.path)
      expectWords(output, line)
      #expect(output.status == 73, "\(line): \(output.status) \(output.standardError)")
      #expect(
        output.standardError.contains("cannot write to standard output: No space left on device"),
        "\(line): \(output.standardError)")
    }
    let log = try PoiseProcess.shell("exec \"$POISE\" sweep tiny.yaml 2> /dev/full", in: tiny.path)
    #expect(log.status == 0)
  }

  @Test func `a file that cannot be written whole is not there at all`() throws {
    let tiny = try experiment()
    #expect(try sweep("", tiny).status == 0)
    try tiny.folder.link("full.txt", to: "/dev/full")
    let before = try tiny.folder.names
    for (line, says) in [
      ("ulimit -f 1; exec \"$POISE\" report --format json -o table.json", "ulimit -f"),
      ("ulimit -f 8; exec \"$POISE\" export 1 w.safetensors", "ulimit -f"),
      ("exec \"$POISE\" report -o /dev/full", "the disk is full: cannot write '/dev/full'"),
      ("exec \"$POISE\" report -o full.txt", "the disk is full: cannot write 'full.txt'"),
      // The words go to a file, too, which the limit leaves some room for.
      ("ulimit -f 1; exec \"$POISE\" tag 1 word", "ulimit -f"),
    ] {
      let output = try PoiseProcess.shell(line, in: tiny.path)
      expectWords(output, line)
      #expect(output.status == 73, "\(line): \(output.status) \(output.standardError)")
      #expect(output.standardError.contains(says), "\(line): \(output.standardError)")
      let left = try tiny.folder.names.filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") }
      #expect(left == before.filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") }, "\(line)")
    }
    #expect(try tiny.query("SELECT count(*) FROM tag") == "0\n")
  }

  /// Checkpoints and weights have about a megabyte each: the first is refused, and later all.
  @Test func `a sweep whose files find no room is left with 75, and goes on to the same bits`()
    throws
  {
    let undisturbed = try experiment()
    #expect(try sweep("", undisturbed).status == 0)
    let tiny = try experiment()
    // In units of 512 or 1024 bytes, as the shell likes: the store fits, a checkpoint does not.
    for round in 1...2 {
      let output = try sweep("ulimit -f 900; ", tiny)
      expectWords(output, "round \(round)")
      #expect(output.status == 75, "\(output.standardError)")
      #expect(output.standardError.contains("a file may not grow so large here: cannot write"))
      #expect(output.standardError.contains("checkpoint'"), "\(output.standardError)")
      #expect(output.standardError.contains("same command continues"))
      #expect(
        try tiny.query("SELECT status, count(*) FROM run GROUP BY status ORDER BY status")
          == "cancelled|1\nqueued|3\n")
      #expect(
        try tiny.query("SELECT count(*), count(DISTINCT run_id) FROM attempt") == "\(round)|1\n")
    }
    let last = try sweep("", tiny)
    #expect(last.status == 0, "\(last.standardError)")
    #expect(
      try tiny.query(SweepCommandTests.essence) == undisturbed.query(SweepCommandTests.essence))
  }

  /// Neither the store nor the pixels fit, then the pixels alone.
  @Test func `a sweep that cannot even begin leaves nothing in the way of the next`() throws {
    let tiny = try experiment()
    for blocks in [4, 16, 64] {
      let output = try sweep("ulimit -f \(blocks); ", tiny)
      expectWords(output, "\(blocks) blocks")
      #expect([73, 75].contains(output.status), "\(blocks): \(output.standardError)")
      #expect(output.standardError.contains("ulimit -f"), "\(blocks): \(output.standardError)")
    }
    let last = try sweep("", tiny)
    #expect(last.status == 0, "\(last.standardError)")
  }

  @Test func `with few open files every command works or says how many it needs`() throws {
    let tiny = try experiment()
    #expect(try sweep("", tiny).status == 0)
    let lines = [
      "report", "runs", "show 1", "plan tiny.yaml", "check tiny.yaml", "data tiny.yaml",
      "predict 1 a.png", "export 1 w.safetensors", "tag 1 word", "cache list", "doctor",
      "strategies", "report -o table.txt", "sweep tiny.yaml --results other.sqlite --only seed=1",
    ]
    for line in lines {
      var codes: [Int32] = []
      for limit in Array(4...12) + [16, 20, 24, 32, 40, 128] {
        let output = try PoiseProcess.shell(
          "ulimit -n \(limit); exec \"$POISE\" \(line)", in: tiny.path)
        expectWords(output, "\(limit): \(line)")
        codes.append(output.status)
        if output.status == 0 { break }
        #expect(output.status == 73, "\(limit): \(line): \(output.standardError)")
        for words in ["too few open files are allowed: ", "the limit is \(limit)"] {
          #expect(
            output.standardError.contains(words), "\(limit): \(line): \(output.standardError)")
        }
      }
      #expect(codes.last == 0, "\(line)")
    }
  }
}
