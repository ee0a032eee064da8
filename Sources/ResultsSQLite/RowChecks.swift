import GRDB
import Results

/// Compares rows with their digests while they are read, in the reader's own transaction; what was
/// found of one owner is remembered as long as that lasts.
final class RowChecks {
  private struct Key: Hashable {
    var owner: DigestOwner
    var part: DigestedPart
  }

  private let database: Database
  private let comparesDigests: Bool
  private var columns: [DigestedPart: PartColumns] = [:]
  private var known: [DigestOwner: [String: (count: Int, sha256: String)]] = [:]
  private var found: [Key: StoreDamage?] = [:]

  /// - Parameter comparesDigests: otherwise only what no reader could read is told.
  init(_ database: Database, comparesDigests: Bool) {
    (self.database, self.comparesDigests) = (database, comparesDigests)
  }

  /// What is wrong with rows of an owner; `nil` where nothing is.
  func damage(of owner: DigestOwner, _ part: DigestedPart) throws -> StoreDamage? {
    let key = Key(owner: owner, part: part)
    if let known = found[key] { return known }
    let damage: StoreDamage?
    do {
      damage = try fault(of: owner, part)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
      damage = StoreDamage(
        owner, name: name(of: owner), table: part.name,
        "cannot be read: \(error.message ?? "damaged")")
    } catch let error as StoreDamage {
      damage = StoreDamage(owner, name: name(of: owner), table: part.name, error.detail)
    }
    found[key] = damage
    return damage
  }

  /// The first damage of some parts.
  func damage(of owner: DigestOwner, _ parts: [DigestedPart]) throws -> StoreDamage? {
    for part in parts { if let damage = try damage(of: owner, part) { return damage } }
    return nil
  }

  /// What the index by which leaks are counted says otherwise than the rows; `nil` where nothing.
  private func indexFault(_ dataset: Int64, rows: Int) throws -> String? {
    // The first is read by the index, the second by the rows' own order.
    let counts = try ["INDEXED BY test_image_leak WHERE", "WHERE image_index >= 0 AND"].map {
      try Row.fetchOne(
        database,
        sql: "SELECT count(*), total(leak), total(true_class) FROM test_image \($0) dataset_id = ?",
        arguments: [dataset])
    }
    let isSame =
      counts[0] == counts[1]
      && counts[0].flatMap { Int.fromDatabaseValue($0[0] as DatabaseValue) } == rows
    return isSame ? nil : "its index test_image_leak says otherwise than its rows"
  }

  private func fault(of owner: DigestOwner, _ part: DigestedPart) throws -> StoreDamage? {
    let rules = try columns[part] ?? PartColumns(part, in: database)
    columns[part] = rules
    let digest = try RowDigest(of: part, rules, owner: owner.id, in: database)
    if let fault = digest.fault {
      return StoreDamage(owner, name: name(of: owner), table: part.name, fault)
    }
    guard comparesDigests else { return nil }
    let digests = try known[owner] ?? DigestBook.known(of: owner, in: database)
    known[owner] = digests
    guard let detail = Self.difference(digest, digests[part.name]) else {
      guard part == .testImage, let detail = try indexFault(owner.id, rows: digest.count) else {
        return nil
      }
      return StoreDamage(owner, name: name(of: owner), table: part.name, detail)
    }
    var damage = StoreDamage(owner, name: name(of: owner), table: part.name, detail)
    damage.isReadable = true
    return damage
  }

  /// How rows differ from those that were written; `nil` where they do not.
  static func difference(_ digest: RowDigest, _ known: (count: Int, sha256: String)?) -> String? {
    if let known, (digest.count, digest.sha256) == known { return nil }
    if known == nil, digest.count == 0 { return nil }
    let there = digest.count == 1 ? "1 row" : "\(digest.count) rows"
    guard let known else { return "\(there), of which there is no digest" }
    return digest.count == known.count
      ? "\(digest.count == 1 ? "a value" : "values") of \(there) differ from what was written"
      : "\(there) where \(known.count) \(known.count == 1 ? "was" : "were") written"
  }

  /// What people call an owner, if that can be read.
  private func name(of owner: DigestOwner) -> String? {
    guard [.run, .sweep, .dataset].contains(owner.kind) else { return nil }
    let row = try? Row.fetchOne(
      database, sql: "SELECT name FROM \(owner.kind.rawValue) WHERE id = ?", arguments: [owner.id])
    guard let row else { return nil }
    return String.fromDatabaseValue(row[0] as DatabaseValue)
  }
}
