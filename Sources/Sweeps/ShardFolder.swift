import Files
import Foundation

/// A folder of shards: a frozen plan, and beside it one small store a chain.
///
/// Each worker writes its own shard and its runs' folders below `.poise`, and nothing else; who merges
/// only reads.
public struct ShardFolder: Sendable {
  /// The folder.
  public let path: String

  /// The folder at a path, which need not exist.
  public init(_ path: String) { self.path = path }

  /// The plan whose chains the shards are.
  public var planPath: String { path + "/plan.json" }

  /// The shard of a chain.
  public func shard(_ index: Int) -> String { "\(path)/\(Self.name(index))" }

  /// The chain of a file in the folder; `nil` where it is no shard.
  public static func index(ofName name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
    guard let index = Int(digits), index >= 0, Self.name(index) == name else { return nil }
    return index
  }

  /// The indices of the shards that are there, ascending.
  ///
  /// - Throws: where the folder cannot be listed.
  public func indices() throws(FileError) -> [Int] {
    try Folder.names(in: path).compactMap(Self.index(ofName:)).sorted()
  }

  /// Makes the folder and puts the plan into it; one that is there must be the same.
  ///
  /// - Throws: `FileError` where it cannot be written, ``SweepError`` where the folder is another
  ///   plan's.
  public func adopt(_ sealed: FrozenPlan.Sealed) throws {
    try Folder.create(path)
    guard try FileStamp(of: planPath) != nil else {
      // Several workers may do so at a time, and all write the same.
      return try AtomicFile.write(Data(sealed.bytes), to: planPath)
    }
    let present = try FrozenPlan.read(path: planPath)
    guard present.digest == sealed.digest else {
      throw SweepError(
        "\(path) holds the shards of another plan: \(present.digest.prefix(12)), expected "
          + "\(sealed.digest.prefix(12)); give each plan a folder of its own")
    }
  }

  private static let (prefix, suffix) = ("chain-", ".sqlite")

  private static func name(_ index: Int) -> String {
    let digits = String(index)
    return prefix + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + suffix
  }
}
