import Files
import Kernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a frozen trunk makes of a list of images, computed once and mapped from one file that all
/// runs of a sweep share.
///
/// The file is replaced whole, never changed, so that a reader never sees a half-written one.
package final class ActivationCache {
  /// How this cache came about.
  package enum Origin: Hashable, Sendable {
    case found
    case built
    /// A file was there and could not be trusted.
    case rebuilt(because: String)
  }

  package let origin: Origin
  package let path: String
  /// Images, or views of images.
  package let count: Int
  /// Numbers a record.
  package let numbers: Int
  private let file: MappedFile

  /// Fills the records of a range, one after the other.
  package typealias Computation = (Range<Int>, UnsafeMutablePointer<Float>) throws -> Void

  /// Work that was stopped on request.
  package struct Interrupted: Error {}

  /// The cache in `folder`, built when it is absent or damaged.
  ///
  /// A second process waits for the first, unless it is asked to stop meanwhile.
  ///
  /// - Parameters:
  ///   - chunk: records that are computed together.
  ///   - willBuild: called before the first record is computed.
  package static func open(
    folder: String, key: ActivationKey, count: Int, numbers: Int, chunk: Int, pool: ThreadPool,
    shouldStop: () -> Bool = { false }, willBuild: () -> Void = {}, compute: Computation
  ) throws -> ActivationCache {
    precondition(count > 0 && numbers > 0 && chunk > 0, "a cache of \(count) × \(numbers) numbers")
    try Folder.create(folder)
    let (path, digest) = ("\(folder)/\(key.fileName)", key.digest)
    func look() throws(FileError) -> Found {
      try Self.look(path, digest, count: count, numbers: numbers, pool)
    }
    if case .good(let file) = try look() {
      return ActivationCache(file, count, numbers, .found)
    }
    let lock = try wait(for: path + ".lock", shouldStop)
    defer { lock.unlock() }
    var origin = Origin.built
    switch try look() {
    case .good(let file): return ActivationCache(file, count, numbers, .found)
    case .damaged(let reason): origin = .rebuilt(because: reason)
    case .absent: break
    }
    willBuild()
    try AtomicFile.removeStaleTemporaries(in: folder)
    try ActivationFile.write(
      to: path, key: digest, count: count, numbers: numbers, chunk: chunk, pool: pool
    ) { range, room in
      if shouldStop() { throw Interrupted() }
      try compute(range, room)
    }
    guard case .good(let file) = try look() else {
      throw FileError(
        "use the activations", path, reason: "they are damaged right after they were written",
        advice: "check that disk, or choose another folder")
    }
    return ActivationCache(file, count, numbers, origin)
  }

  private init(_ file: MappedFile, _ count: Int, _ numbers: Int, _ origin: Origin) {
    (self.file, path, self.origin) = (file, file.path, origin)
    (self.count, self.numbers) = (count, numbers)
  }

  /// One record, valid as long as the cache.
  package func record(_ index: Int) -> UnsafePointer<Float> {
    precondition((0..<count).contains(index), "record \(index) of \(count)")
    return (file.bytes.baseAddress! + ActivationFile.headerBytes)
      .assumingMemoryBound(to: Float.self) + index * numbers
  }

  private enum Found {
    case absent
    case damaged(String)
    case good(MappedFile)
  }

  private static func look(
    _ path: String, _ key: String, count: Int, numbers: Int, _ pool: ThreadPool
  ) throws(FileError) -> Found {
    let file: MappedFile
    do throws(FileError) {
      file = try MappedFile(path: path)
    } catch {
      if error.code == ENOENT { return .absent }
      // Content that cannot be mapped, such as none, is damage; a refusal of the system is not.
      if error.code == nil { return .damaged(error.reason) }
      throw error
    }
    let damage = ActivationFile.damage(
      in: file, key: key, count: count, numbers: numbers, pool: pool)
    if let damage { return .damaged(damage) }
    return .good(file)
  }

  /// Polls, because a wait inside the system could not be told to stop.
  private static func wait(for path: String, _ shouldStop: () -> Bool) throws -> FileLock {
    while true {
      if let lock = try FileLock(trying: path) { return lock }
      if shouldStop() { throw Interrupted() }
      usleep(50_000)
    }
  }
}
