import Files
import GRDB

/// Writes the digests of rows, in the transaction that writes the rows.
///
/// The row of the store's own part `row_digest` holds the exclusive or of the SHA-256 of all other
/// rows of the table, so that rows that vanish together with their digests are missed, and a digest
/// costs the same however many there are.
final class DigestBook {
  /// When a digest was computed.
  enum Origin: String { case written, found }

  private let database: Database
  private let origin: Origin
  private var columns: [DigestedPart: PartColumns] = [:]
  private var change = DigestSum()
  private var added = 0

  init(_ database: Database, origin: Origin = .written) {
    (self.database, self.origin) = (database, origin)
  }

  /// The part that holds the sum of all.
  static let sumPart = "row_digest"

  /// Computes an owner's digests anew.
  ///
  /// - Parameter parts: those whose rows have changed; `nil` is all.
  func renew(_ owner: DigestOwner, _ parts: [DigestedPart]? = nil) throws {
    for part in parts ?? owner.kind.parts {
      let digest = try digest(of: part, owner)
      try replace(
        owner, part.name, by: digest.count == 0 ? nil : (digest.count, digest.sha256))
    }
  }

  /// Throws for the first part that is not what was written, before it is written again.
  func check(_ owner: DigestOwner, _ parts: [DigestedPart]) throws {
    let known = try Self.known(of: owner, in: database)
    for part in parts where !DigestedPart.words.contains(part) {
      let digest = try digest(of: part, owner)
      if let detail = RowChecks.difference(digest, known[part.name]) {
        throw StoreDamage(owner, table: part.name, detail)
      }
    }
  }

  /// Forgets the digests of owners whose rows are gone.
  func forgetRemoved(_ kind: DigestOwner.Kind) throws {
    let rows = try CheckedRow.fetchAll(
      database, table: "row_digest",
      sql: """
        SELECT id, part FROM row_digest WHERE owner = ? AND id NOT IN (SELECT id FROM \(kind.rawValue))
        """,
      arguments: [kind.rawValue])
    for row in rows { try replace(DigestOwner(kind, try row["id"]), try row["part"], by: nil) }
  }

  /// The part that holds how many runs a sweep has.
  static let runsPart = "sweep.runs"

  /// Notes how many runs a sweep has.
  ///
  /// - Parameter added: how many were added to those that were known; `nil` counts all anew.
  func count(runsOf sweep: Int64, added: Int? = nil) throws {
    let owner = DigestOwner(.sweep, sweep)
    let count: Int
    if let added {
      count = (try Self.known(of: owner, in: database)[Self.runsPart]?.count ?? 0) &+ added
    } else {
      count =
        try Int.fetchOne(
          database, sql: "SELECT count(*) FROM run WHERE sweep_id = ?", arguments: [sweep]) ?? 0
    }
    let digest = SHA256Digest.hex(of: "\(Self.runsPart)\n\(count)\n")
    try replace(owner, Self.runsPart, by: count == 0 ? nil : (count, digest))
  }

  /// Writes the sum; the last call.
  func close() throws {
    guard !change.isZero || added != 0 else { return }
    let row = try CheckedRow.fetchOne(
      database, table: "row_digest",
      sql: "SELECT n, sha256 FROM row_digest WHERE owner = 'store' AND id = 0 AND part = ?",
      arguments: [Self.sumPart])
    var sum = try row.map { DigestSum(try $0["sha256"]) } ?? DigestSum()
    sum.add(change)
    let count = (try row.map { try $0["n"] as Int } ?? 0) &+ added
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO row_digest (owner, id, part, n, sha256, origin)
        VALUES ('store', 0, ?, ?, ?, ?)
        """,
      arguments: [Self.sumPart, count, sum.text, origin.rawValue])
    (change, added) = (DigestSum(), 0)
  }

  private func digest(of part: DigestedPart, _ owner: DigestOwner) throws -> RowDigest {
    let known = try columns[part] ?? PartColumns(part, in: database)
    columns[part] = known
    return try RowDigest(of: part, known, owner: owner.id, in: database)
  }

  private func replace(
    _ owner: DigestOwner, _ part: String, by digest: (count: Int, sha256: String)?
  ) throws {
    let key: StatementArguments = [owner.kind.rawValue, owner.id, part]
    let old = try CheckedRow.fetchOne(
      database, table: "row_digest",
      sql: "SELECT n, sha256, origin FROM row_digest WHERE owner = ? AND id = ? AND part = ?",
      arguments: key)
    if let old {
      let known: (Int, String) = (try old["n"], try old["sha256"])
      if let digest, known == (digest.count, digest.sha256) { return }
      change.add(DigestSum(of: owner, part, known.0, known.1, try old["origin"]))
      added -= 1
    }
    guard let digest else {
      guard old != nil else { return }
      return try database.execute(
        sql: "DELETE FROM row_digest WHERE owner = ? AND id = ? AND part = ?", arguments: key)
    }
    change.add(DigestSum(of: owner, part, digest.count, digest.sha256, origin.rawValue))
    added += 1
    let statement = try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO row_digest (owner, id, part, n, sha256, origin)
        VALUES (?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: key + [digest.count, digest.sha256, origin.rawValue])
  }

  /// The digests of an owner's parts, by name.
  static func known(
    of owner: DigestOwner, in database: Database
  ) throws -> [String: (count: Int, sha256: String)] {
    let statement = try database.cachedStatement(
      sql: "SELECT part, n, sha256 FROM row_digest WHERE owner = ? AND id = ?")
    let rows = try Row.fetchAll(statement, arguments: [owner.kind.rawValue, owner.id])
    var known: [String: (count: Int, sha256: String)] = [:]
    for row in rows.map({ CheckedRow(row: $0, table: "row_digest") }) {
      known[try row["part"]] = (try row["n"], try row["sha256"])
    }
    return known
  }
}

/// The exclusive or of digests: the same in whatever order they are added, and adding one twice takes
/// it away.
struct DigestSum: Hashable {
  private var words: [UInt64] = [0, 0, 0, 0]

  init() {}

  /// A sum as it is written; anything else counts as another one.
  init(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return }
    words = (0..<4).map { word in
      UInt64(String(decoding: digits[word * 16..<word * 16 + 16], as: UTF8.self), radix: 16) ?? 0
    }
  }

  /// One row of `row_digest`: the digest of its values, each with a line feed behind it.
  init(of owner: DigestOwner, _ part: String, _ count: Int, _ sha256: String, _ origin: String) {
    let values = [owner.kind.rawValue, "\(owner.id)", part, "\(count)", sha256, origin]
    self.init(SHA256Digest.hex(of: values.map { $0 + "\n" }.joined()))
  }

  var isZero: Bool { words.allSatisfy { $0 == 0 } }

  mutating func add(_ other: DigestSum) {
    for index in words.indices { words[index] ^= other.words[index] }
  }

  /// 64 hexadecimal digits.
  var text: String {
    words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
