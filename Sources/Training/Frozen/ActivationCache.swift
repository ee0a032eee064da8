import Files
import Foundation
import Kernels

/// What a frozen trunk makes of a list of images, computed once and mapped from one ``CheckedFile``
/// that all runs of a sweep share.
package final class ActivationCache {
  /// How this cache came about.
  package typealias Origin = CheckedFile.Origin

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
    let form = ActivationFile.form(key: key.digest, count: count, numbers: numbers)
    let (file, origin) = try CheckedFile.open(
      key.fileName, in: folder, called: "file of activations",
      lock: { try wait(for: $0, shouldStop) },
      check: { file throws(CheckedFile.Damage) in
        try ActivationFile.check(file, form: form, pool: pool)
        return file
      },
      build: { path in
        willBuild()
        try AtomicFile.requireFreeSpace(
          form.size + RecordFile.sealBytes, in: folder)
        try ActivationFile.write(to: path, form: form, chunk: chunk, pool: pool) { range, room in
          if shouldStop() { throw Interrupted() }
          try compute(range, room)
        }
      })
    return ActivationCache(file, count, numbers, origin)
  }

  private init(_ file: MappedFile, _ count: Int, _ numbers: Int, _ origin: Origin) {
    (self.file, path, self.origin) = (file, file.path, origin)
    (self.count, self.numbers) = (count, numbers)
  }

  /// One record, valid as long as the cache.
  package func record(_ index: Int) -> UnsafePointer<Float> {
    precondition((0..<count).contains(index), "record \(index) of \(count)")
    return (file.bytes.baseAddress! + RecordFile.headerBytes)
      .assumingMemoryBound(to: Float.self) + index * numbers
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
