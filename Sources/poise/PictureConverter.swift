import Files
import Foundation

/// Makes PNG and PDF files of an SVG picture, with a program of others that is found in `PATH`.
struct PictureConverter {
  /// What SVG can be made into.
  enum Kind: String, CaseIterable {
    case png, pdf

    /// How every such file begins.
    var beginning: [UInt8] {
      switch self {
      case .png: [0x89, 0x50, 0x4E, 0x47]
      case .pdf: Array("%PDF".utf8)
      }
    }
  }

  /// Points of a PNG an inch, as journals ask for drawings with text.
  static let resolution = 600.0

  /// The program's name and where it is.
  let name: String
  let path: String

  /// Programs that can do it, the one that follows SVG most closely first.
  static let names = ["rsvg-convert", "inkscape", "cairosvg"]

  /// The first of them that is there.
  ///
  /// - Throws: `Failure` that names what to install.
  static func find(for kind: Kind) throws -> PictureConverter {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for name in names {
      for folder in folders {
        let path = "\(folder)/\(name)"
        var isFolder: ObjCBool = false
        if FileManager.default.isExecutableFile(atPath: path),
          FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue
        {
          return PictureConverter(name: name, path: path)
        }
      }
    }
    throw Failure(
      "a .\(kind.rawValue) needs one of \(names.joined(separator: ", ")), and none is in PATH; install "
        + "one, for example with 'apt-get install librsvg2-bin', or write a .svg, which needs nothing",
      code: Failure.missingInput)
  }

  /// The picture as bytes of another format.
  ///
  /// - Parameter millimetres: the picture's width, which decides how many points a PNG has.
  /// - Throws: `Failure` where the program does not do it; `FileError` for the folder it works in.
  func convert(_ svg: String, to kind: Kind, millimetres: Double) throws -> Data {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("poise-plot-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (source, target) = ("\(folder)/picture.svg", "\(folder)/picture.\(kind.rawValue)")
    try AtomicFile.write(svg, to: source)
    let pixels = Int((millimetres / 25.4 * Self.resolution).rounded())
    let words = try run(arguments(kind, source, target, pixels), in: folder)
    guard let data = FileManager.default.contents(atPath: target),
      data.starts(with: kind.beginning)
    else {
      throw failure("it wrote no such file", words)
    }
    return data
  }

  /// The command line; no shell ever sees it.
  private func arguments(
    _ kind: Kind, _ source: String, _ target: String, _ pixels: Int
  ) -> [String] {
    switch name {
    case "inkscape":
      ["--export-type=\(kind.rawValue)", "--export-filename=\(target)"]
        + (kind == .png ? ["--export-width=\(pixels)"] : []) + [source]
    case "cairosvg":
      ["-f", kind.rawValue, "-o", target]
        + (kind == .png ? ["--output-width", "\(pixels)"] : []) + [source]
    default:
      ["-f", kind.rawValue, "-o", target]
        + (kind == .png ? ["-w", "\(pixels)", "--keep-aspect-ratio"] : []) + [source]
    }
  }

  /// Runs the program to its end; what it wrote to standard error.
  private func run(_ arguments: [String], in folder: String) throws -> String {
    let complaints = "\(folder)/complaints"
    try AtomicFile.write("", to: complaints)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: complaints))
    process.standardError = handle
    func words() -> String {
      FileManager.default.contents(atPath: complaints).map { String(decoding: $0, as: UTF8.self) }
        ?? ""
    }
    do {
      try process.run()
    } catch {
      throw failure("it cannot be started: \(error.localizedDescription)", "")
    }
    process.waitUntilExit()
    try? handle.close()
    guard process.terminationReason == .exit else {
      throw failure("it was ended by signal \(process.terminationStatus)", words())
    }
    guard process.terminationStatus == 0 else {
      throw failure("it ended with exit code \(process.terminationStatus)", words())
    }
    return words()
  }

  private func failure(_ reason: String, _ words: String) -> Failure {
    let last = words.split(separator: "\n").last.map { ": \(PlainText.line(String($0)))" } ?? ""
    return Failure(
      "\(path) did not make the picture: \(reason)\(last); a .svg needs no other program",
      code: Failure.cannotWrite)
  }
}
