import Foundation

extension ExperimentFile {
  /// The file as one text, with what it extends, the environment and `overrides` put into it.
  ///
  /// Comments are lost. Paths are absolute, so that the text may be kept anywhere. The file is not
  /// checked beyond its syntax; ``read(path:overrides:environment:weightsOfRun:)`` does that.
  ///
  /// - Throws: everything that keeps the files from being read.
  public static func resolved(
    path: String, overrides: [(key: String, value: String)] = [],
    environment: [String: String] = [:]
  ) throws -> String {
    var (source, extended) = ("", [String]())
    let root = try merged(
      path: path, overrides: overrides, environment: environment, problems: ProblemList(),
      source: &source, extended: &extended)
    return try FileTree(root.withAbsolutePaths(at: "")).yaml()
  }
}

extension FileNode {
  /// Keys with paths that are seen from the file they are written in, in dotted form.
  private static let pathKeys = ["dataset.root", "model.weights", "model.weights.file"]

  /// The same values with every such path absolute: in the sections themselves, and in `overrides`,
  /// `grid` and `zip` of strategies.
  fileprivate func withAbsolutePaths(at path: String) -> FileNode {
    switch content {
    case .scalar(let text, _):
      let isPath = Self.pathKeys.contains { path == $0 || path.hasSuffix(".\($0)") }
      guard isPath, !isNothing, !text.hasPrefix("run:") else { return self }
      return FileNode(.scalar(text: absolutePath(text), quoted: true), at: place)
    case .sequence(let nodes):
      return FileNode(.sequence(nodes.map { $0.withAbsolutePaths(at: path) }), at: place)
    case .mapping(let entries):
      let changed = entries.map { entry in
        let inner = path.isEmpty ? entry.key : "\(path).\(entry.key)"
        return Entry(
          key: entry.key, place: entry.place, value: entry.value.withAbsolutePaths(at: inner))
      }
      return FileNode(.mapping(changed), at: place)
    }
  }

  /// A path seen from the folder of the file that it stands in. Options and environment variables
  /// have no line: they start from the working folder.
  func absolutePath(_ text: String) -> String {
    let folder =
      place.line == nil
      ? FileManager.default.currentDirectoryPath
      : URL(fileURLWithPath: place.file).deletingLastPathComponent().path
    return URL(fileURLWithPath: text, relativeTo: URL(fileURLWithPath: folder, isDirectory: true))
      .standardizedFileURL.path
  }
}
