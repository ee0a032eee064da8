import Files
import Foundation

/// The file beside a pixel cache that keeps which of its pictures are identical, so that the
/// processes of a sweep look for them once.
///
///     first line   magic, version, digest of what the cache depends on, digest of its records
///     second line  the groups as JSON
///     third line   SHA-256 of the two
struct CopyList {
  private static let version = 1

  private let head: String
  private let folder: String
  private let name: String

  init(cache: PixelCache) {
    head = "poise-copies \(Self.version) \(cache.key.digest) \(cache.digest)\n"
    let parts = cache.path.split(separator: "/", omittingEmptySubsequences: false)
    folder = parts.dropLast().joined(separator: "/")
    let file = String(parts.last ?? "")
    name = (file.hasSuffix(".cache") ? String(file.dropLast(6)) : file) + "-copies.cache"
  }

  /// The stored groups, or those that `find` finds, which are stored.
  func open(finding find: () -> [IdenticalPictures]) throws -> [IdenticalPictures] {
    try CheckedFile.open(
      name, in: folder, called: "list of identical pictures",
      check: { file throws(CheckedFile.Damage) in try groups(in: file.bytes) },
      build: { path in
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = head + String(decoding: try encoder.encode(find()), as: UTF8.self) + "\n"
        try AtomicFile.write(text + SHA256Digest.hex(of: text) + "\n", to: path)
      }
    ).content
  }

  private func groups(
    in bytes: UnsafeRawBufferPointer
  ) throws(CheckedFile.Damage) -> [IdenticalPictures] {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix(head) else {
      throw CheckedFile.Damage("it belongs to another cache or version")
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4,
      lines[2] == SHA256Digest.hex(of: "\(lines[0])\n\(lines[1])\n"),
      let groups = try? JSONDecoder().decode(
        [IdenticalPictures].self, from: Data(lines[1].utf8))
    else { throw CheckedFile.Damage("its list does not fit its checksum") }
    return groups
  }
}
