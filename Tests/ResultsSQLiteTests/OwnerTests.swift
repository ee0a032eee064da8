import Files
import Foundation
import GRDB
import Results
import ResultsSQLite
import Synchronization
import TestSupport
import Testing

@Suite("The owner of a results file")
struct OwnerTests {
  /// A process that lives until the test ends.
  private final class Living {
    let process = Process()
    init() throws {
      process.executableURL = URL(filePath: "/bin/sleep")
      process.arguments = ["300"]
      try process.run()
    }
    var owner: StoreOwner {
      var owner = StoreOwner.current
      owner.process = ProcessIdentity(of: process.processIdentifier)
      return owner
    }
    func end() {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    deinit { end() }
  }

  private func identity(_ path: String) throws -> String {
    try #require(FileIdentity(of: path)).text
  }

  /// Writes an owner down as another process would.
  private func write(
    _ owner: StoreOwner, to path: String, file: String? = nil, lock: String? = nil
  ) throws {
    let file = try file ?? identity(path)
    try DatabaseQueue(path: path).write { database in
      try database.execute(
        sql: "INSERT OR REPLACE INTO owner VALUES (1, 'other', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          owner.host, owner.machine, owner.process.processID, owner.process.token, owner.space,
          file, lock, "2026-12-01T01:00:00Z", "2026-12-01T02:00:00Z",
        ])
    }
  }

  /// A file with one run that is at work in a process.
  private func store(_ folder: TemporaryFolder, process: Int32) throws -> (SQLiteRunStore, RunID) {
    let store = try SQLiteRunStore(path: folder.file())
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(id, environment: Sample.environment, processID: process)
    return (store, id)
  }

  @Test("that lives is respected; once it is killed, its runs are free at once")
  func living() throws {
    let (folder, living) = (try TemporaryFolder(), try Living())
    let (store, id) = try store(folder, process: living.process.processIdentifier)
    try write(living.owner, to: folder.file())
    let expected = RunStoreError.owned(
      living.owner, since: "2026-12-01T01:00:00Z", lastSign: "2026-12-01T02:00:00Z")
    #expect(throws: expected) { try store.claim() }
    #expect(throws: expected) { try store.claim(takingOver: true) }
    #expect(throws: expected) { try store.append(Sample.epoch(1), to: id) }
    #expect(throws: expected) {
      try store.begin(id, environment: Sample.environment, processID: getpid())
    }
    #expect("\(expected)".contains("process \(living.process.processIdentifier) on "))
    #expect(try store.attempts(of: id).count == 1 && store.epochs(of: id).isEmpty)
    living.end()
    try store.claim()
    #expect(try store.run(id)?.summary.status == .lost)
    try store.release()
    #expect(try query(folder.file(), "SELECT * FROM owner").isEmpty)
  }

  @Test("whose number another process has now, or whose machine was started anew, is gone")
  func recycled() throws {
    let (folder, living) = (try TemporaryFolder(), try Living())
    let store = try SQLiteRunStore(path: folder.file())
    let token = try #require(living.owner.process.token)
    let boot = token.split(separator: ":")[0]
    for changed in [
      "\(boot):1", "00000000-0000-0000-0000-000000000000:\(token.split(separator: ":")[1])",
    ] {
      var owner = living.owner
      owner.process = ProcessIdentity(processID: owner.process.processID, token: changed)
      try write(owner, to: folder.file())
      try store.claim()
    }
  }

  @Test("on another machine is respected until somebody says otherwise")
  func elsewhere() throws {
    let folder = try TemporaryFolder()
    let (store, id) = try store(folder, process: Sample.nobody)
    var owner = StoreOwner.current
    owner.host = "node7"
    owner.process = ProcessIdentity(
      processID: 7, token: "00000000-0000-0000-0000-000000000000:1")
    let other = try identity(folder.file()).split(separator: ":")[1]
    for file in ["99:\(other)", try identity(folder.file())] {
      try write(owner, to: folder.file(), file: file)
      let error = #expect(throws: RunStoreError.self) { try store.claim() }
      #expect(error?.description.contains("node7") == true)
      #expect(error?.description.contains("--take-over") == true)
      #expect(try store.run(id)?.summary.status == .running)
    }
    try store.claim(takingOver: true)
    #expect(try store.run(id)?.summary.status == .lost)
  }

  @Test("with the host's name but another installation is elsewhere")
  func namesake() throws {
    var owner = StoreOwner.current
    owner.machine = "another"
    owner.process = ProcessIdentity(
      processID: getpid(), token: "00000000-0000-0000-0000-000000000000:1")
    var observer = StoreOwner.current
    observer.machine = "this"
    #expect(owner.standing(seenBy: observer) == .elsewhere)
    observer.machine = nil
    #expect(owner.standing(seenBy: observer) == .gone)
  }

  @Test("in a container is gone where this process holds the lock that it held")
  func container() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(path: folder.file())
    let lock = try FileLock(waitingFor: folder.file("sweep.lock"))
    var owner = StoreOwner.current
    owner.host = "3f2a"
    owner.space = "pid:[1]"
    try write(owner, to: folder.file(), lock: try identity(lock.path))
    #expect(throws: RunStoreError.self) { try store.claim() }
    try store.claim(lock: lock.path)
    lock.unlock()
  }

  @Test("of the file that this one is a copy of means nothing, nor do its workers")
  func copy() throws {
    let (folder, living) = (try TemporaryFolder(), try Living())
    let (store, id) = try store(folder, process: living.process.processIdentifier)
    try write(living.owner, to: folder.file())
    try store.close()
    let copy = folder.file("copy.sqlite")
    try FileManager.default.copyItem(atPath: folder.file(), toPath: copy)
    let copied = try SQLiteRunStore(path: copy)
    try copied.claim()
    #expect(try copied.run(id)?.summary.status == .lost)
  }

  @Test("of a file of an earlier version is where its runs are at work")
  func earlierVersion() throws {
    let folder = try TemporaryFolder()
    let elsewhere = try SQLiteRunStore(path: folder.file(), schema: .current, host: "node7")
    try elsewhere.register(Sample.sweep)
    let id = try elsewhere.enqueue(Sample.run("focal"))
    try elsewhere.begin(id, environment: Sample.environment, processID: Sample.nobody)
    // The boot of another machine.
    try DatabaseQueue(path: folder.file()).write {
      try $0.execute(sql: "UPDATE attempt SET pid_token = '0-0:1'")
    }
    let store = try SQLiteRunStore(path: folder.file())
    #expect(throws: RunStoreError.self) { try store.claim() }
    try store.claim(takingOver: true)
    #expect(try store.run(id)?.summary.status == .lost)
  }

  @Test("that lost the file to another one writes nothing more")
  func claimLost() throws {
    let folder = try TemporaryFolder()
    let (store, id) = try store(folder, process: getpid())
    try store.claim()
    try store.beat(id)
    try DatabaseQueue(path: folder.file()).write {
      try $0.execute(sql: "UPDATE owner SET claim = 'other', host = 'node7'")
    }
    let error = #expect(throws: RunStoreError.self) { try store.append(Sample.epoch(1), to: id) }
    #expect(error?.description.contains("node7") == true)
    #expect(try store.epochs(of: id).isEmpty)
    try store.release()
    #expect(try lines(folder.file(), "SELECT claim FROM owner") == ["other"])
  }

  @Test("does not take a run from a living worker", arguments: StoreKind.allCases)
  func livingWorker(kind: StoreKind) throws {
    let (folder, living) = (try TemporaryFolder(), try Living())
    let store = try kind.make(in: folder)
    try store.register(Sample.sweep)
    let id = try store.enqueue(Sample.run("focal"))
    try store.begin(
      id, environment: Sample.environment, processID: living.process.processIdentifier)
    let error = #expect(throws: RunStoreError.self) {
      try store.begin(id, environment: Sample.environment, processID: getpid())
    }
    #expect(error?.description.contains("\(living.process.processIdentifier)") == true)
    #expect(try store.attempts(of: id).count == 1)
    living.end()
    try store.begin(id, environment: Sample.environment, processID: getpid())
    #expect(try store.attempts(of: id).map(\.outcome) == [.lost, nil])
  }

  // MARK: Names and places

  @Test("a file with two names by hard links is not written; a symbolic link is")
  func names() throws {
    let folder = try TemporaryFolder()
    try SQLiteRunStore(path: folder.file()).close()
    let link = folder.file("link.sqlite")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file())
    try SQLiteRunStore(path: link).close()
    try FileManager.default.linkItem(atPath: folder.file(), toPath: folder.file("hard.sqlite"))
    for path in [folder.file(), link, folder.file("hard.sqlite")] {
      #expect(throws: ResultsFileError.linked(path, names: 2)) { try SQLiteRunStore(path: path) }
    }
    #expect(try SQLiteRunStore(readOnly: link).sweeps().isEmpty)
  }

  @Test("a pipe and a device are refused without being opened")
  func noFiles() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    for (path, kind) in [(pipe, "a pipe"), ("/dev/null", "a device")] {
      let expected = ResultsFileError.notAFile(path, kind: kind)
      #expect(throws: expected) { try SQLiteRunStore.checkPlace(path) }
      #expect(throws: expected) { try SQLiteRunStore(path: path) }
      #expect(throws: expected) { try SQLiteRunStore(readOnly: path) }
    }
    #expect(throws: ResultsFileError.noName) { try SQLiteRunStore.checkPlace("") }
    #expect(throws: ResultsFileError.noName) { try SQLiteRunStore(readOnly: "") }
  }

  @Test("a wish to stop is heard while somebody has the file locked")
  func stopped() throws {
    let folder = try TemporaryFolder()
    let store = try SQLiteRunStore(
      path: folder.file(), shouldStop: { Self.asked.load(ordering: .relaxed) })
    try store.register(Sample.sweep)
    let other = try DatabaseQueue(path: folder.file())
    let start = ContinuousClock.now
    try other.inDatabase { database in
      try database.execute(sql: "BEGIN EXCLUSIVE")
      // A thread of its own: tasks may wait for others that block theirs.
      Thread.detachNewThread {
        usleep(500_000)
        Self.asked.store(true, ordering: .relaxed)
      }
      #expect(throws: ResultsFileError.stopped(folder.file())) {
        try store.enqueue(Sample.run("focal"))
      }
      try database.execute(sql: "ROLLBACK")
    }
    // It would wait for ten minutes.
    #expect(ContinuousClock.now - start < .seconds(120))
    // What need not wait is still written.
    _ = try store.enqueue(Sample.run("focal"))
  }

  private static let asked = Atomic<Bool>(false)
}
