import Foundation

/// A folder of its own for one test; removed with the value.
public final class TemporaryFolder: Sendable {
  public let url: URL

  /// Makes an empty folder with a unique name.
  public init(_ label: String = "test") throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("counterpoise-\(label)-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The folder's path, without a slash at the end.
  public var path: String { url.path }

  /// Makes a symbolic link inside, to a path as it is.
  public func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path(of: name), withDestinationPath: destination)
  }

  /// The path of something inside, such as `images/1.png`; nothing is created.
  public func path(of name: String) -> String { url.appendingPathComponent(name).path }

  /// Names of what lies directly inside, sorted.
  public var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
  }

  /// Writes a text file, with the folders above it, and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }

  /// Writes a file of bytes, with the folders above it, and returns its path.
  @discardableResult
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try write(Data(bytes), to: name)
  }

  /// Writes a file, with the folders above it, and returns its path.
  @discardableResult
  public func write(_ data: Data, to name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
    return file.path
  }
}
