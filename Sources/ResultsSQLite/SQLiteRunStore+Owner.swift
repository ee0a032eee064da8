import Files
import GRDB
import Results

// Who writes. The row `owner` decides, in the file itself: a file is one, whatever its names.
extension SQLiteRunStore {
  /// Makes this process the store's one writer, until ``release()`` or its end. A killed owner's claim
  /// is void at once; runs that it left at work are `lost` from then on.
  ///
  /// - Parameters:
  ///   - lock: the lock file beside the store that this process holds. An owner that cannot be seen,
  ///     as in another container, is gone if it held the same one.
  ///   - takingOver: take the store even if its owner is on another machine and may live there.
  /// - Throws: `RunStoreError.owned` or `RunStoreError.ownedElsewhere`; nothing is changed then.
  public func claim(lock: String? = nil, takingOver: Bool = false) throws {
    let mine = String(UInt64.random(in: .min ... .max), radix: 36)
    let lockIdentity = lock.flatMap { FileIdentity(of: $0)?.text }
    let (observer, now) = (owner, now())
    try file.write { database in
      let judge = ClaimJudge(
        observer: observer, file: Self.identity(of: self.path), lock: lockIdentity,
        takesOver: takingOver)
      try judge.judgeOwner(in: database)
      try judge.judgeAttempts(in: database)
      for run in try judge.lostRuns(in: database) {
        try Self.markLost(run, at: now, in: database)
      }
      try database.execute(
        sql: """
          INSERT OR REPLACE INTO owner (one, claim, host, machine, pid, pid_token, pid_space, file,
            lock, since, heartbeat_at) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          mine, observer.host, observer.machine, observer.process.processID,
          observer.process.token, observer.space, Self.identity(of: self.path), lockIdentity, now,
          now,
        ])
    }
    claim.withLock { $0 = mine }
  }

  /// Gives the claim up; nothing happens where there is none.
  ///
  /// - Throws: errors of the file; the claim is void with this process's end all the same.
  public func release() throws {
    guard let mine = claim.withLock({ $0 }) else { return }
    claim.withLock { $0 = nil }
    try file.write { database in
      try database.execute(sql: "DELETE FROM owner WHERE claim = ?", arguments: [mine])
    }
  }

  /// Throws unless this process may write runs: it has the claim, or nobody has.
  func requireOwnership(in database: Database) throws {
    let row = try Row.fetchOne(database, sql: "SELECT * FROM owner")
    if let mine = claim.withLock({ $0 }) {
      guard row?["claim"] == mine else {
        throw RunStoreError.claimLost(to: row.map(StoreOwner.init(row:)))
      }
    } else if row != nil {
      let judge = ClaimJudge(
        observer: owner, file: Self.identity(of: path), lock: nil, takesOver: false)
      try judge.judgeOwner(in: database)
    }
  }

  /// Throws where the process of the run's open attempt lives, here, and is neither this one nor the
  /// one with a number.
  func requireNobodyAtWork(on run: RunID, but number: Int32, in database: Database) throws {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT a.host, a.pid, a.pid_token, r.name FROM attempt a JOIN run r ON r.id = a.run_id
        WHERE a.run_id = ? AND a.outcome IS NULL AND r.status = 'running' ORDER BY a.number DESC
        """,
      arguments: [run])
    guard let row, row["host"] == host else { return }
    let process = ProcessIdentity(processID: row["pid"] ?? 0, token: row["pid_token"])
    guard process.isAnotherLivingProcess(than: number) else { return }
    throw RunStoreError.atWork(run, name: row["name"], StoreOwner(host: host, process: process))
  }

  /// Whether this store object has the claim.
  var isClaimed: Bool { claim.withLock { $0 != nil } }

  static func markLost(_ run: RunID, at now: String, in database: Database) throws {
    try database.execute(
      sql: "UPDATE run SET status = 'lost', error = ? WHERE id = ?",
      arguments: ["its process ended without a word", run])
    try closeAttempt(of: run, as: .lost, at: now, in: database)
    try renewDigests(in: database) { try $0.renew(.run(run), [.run, .attempt]) }
  }

  private var owner: StoreOwner {
    var owner = StoreOwner.current
    owner.host = host
    return owner
  }

  private static func identity(of path: String) -> String { FileIdentity(of: path)?.text ?? "?" }
}

/// Decides what former owners and attempts mean for somebody who wants to write.
private struct ClaimJudge {
  let observer: StoreOwner
  let file: String
  let lock: String?
  let takesOver: Bool

  /// Throws where the owner lives, or may.
  func judgeOwner(in database: Database) throws {
    guard let row = try ownerRow(in: database) else { return }
    let owner = StoreOwner(row: row)
    let (since, sign): (String, String) = (row["since"], row["heartbeat_at"])
    switch owner.standing(seenBy: observer) {
    case .gone: return
    case .alive:
      if owner.process.processID == observer.process.processID { return }
      throw RunStoreError.owned(owner, since: since, lastSign: sign)
    case .hidden:
      if let lock, row["lock"] == lock { return }
    case .elsewhere: break
    }
    if !takesOver { throw RunStoreError.ownedElsewhere(owner, since: since, lastSign: sign) }
  }

  /// A file of an earlier version names no owner, but where its runs are at work. Throws where that is
  /// another machine.
  func judgeAttempts(in database: Database) throws {
    if try Row.fetchOne(database, sql: "SELECT 1 FROM owner") != nil || takesOver { return }
    for row in try running(in: database) {
      let owner = StoreOwner(attempt: row, on: observer.host)
      guard owner.standing(seenBy: observer) == .elsewhere else { continue }
      throw RunStoreError.ownedElsewhere(
        owner, since: row["started_at"] ?? "?", lastSign: row["heartbeat_at"] ?? "?")
    }
  }

  /// Runs that are `running` in the file and have no process that lives here. All have none where the
  /// file is a copy.
  func lostRuns(in database: Database) throws -> [RunID] {
    let isCopy =
      try Row.fetchOne(database, sql: "SELECT 1 FROM owner") != nil
      && ownerRow(in: database) == nil
    return try running(in: database).filter { row in
      let standing = StoreOwner(attempt: row, on: observer.host).standing(seenBy: observer)
      return isCopy || standing != .alive
    }.map { $0["id"] }
  }

  /// The owner's row, unless it speaks of the file that this one is a copy of.
  private func ownerRow(in database: Database) throws -> Row? {
    guard let row = try Row.fetchOne(database, sql: "SELECT * FROM owner") else { return nil }
    let (named, here): (String, String) = (row["file"], file)
    // Another machine gives a shared disk another number.
    let isHere = StoreOwner(row: row).process.boot == observer.process.boot
    let isSame =
      isHere ? named == here : named.split(separator: ":").last == here.split(separator: ":").last
    return isSame ? row : nil
  }

  private func running(in database: Database) throws -> [Row] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT r.id, r.heartbeat_at, a.started_at, a.host, a.pid, a.pid_token FROM run r
        LEFT JOIN attempt a ON a.run_id = r.id
          AND a.number = (SELECT max(number) FROM attempt WHERE run_id = r.id)
        WHERE r.status = 'running'
        """)
  }
}

extension StoreOwner {
  fileprivate init(row: Row) {
    self.init(
      host: row["host"], machine: row["machine"],
      process: ProcessIdentity(processID: row["pid"], token: row["pid_token"]),
      space: row["pid_space"])
  }

  /// Of an attempt; one without a process has none that lives.
  fileprivate init(attempt row: Row, on host: String) {
    self.init(
      host: row["host"] ?? host,
      process: ProcessIdentity(processID: row["pid"] ?? 0, token: row["pid_token"]))
  }
}
