import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// All images of a data set at one size, decoded once and mapped from one file that processes share.
///
/// The file is replaced whole, never changed, so that a reader never sees a half-written one.
public final class PixelCache: Sendable {
  /// How this cache came about.
  public enum Origin: Hashable, Sendable {
    case found
    case built
    /// A file was there and could not be trusted.
    case rebuilt(because: String)
  }

  public let count: Int
  public let height: Int
  public let width: Int
  /// SHA-256 over decoder, size, every record and every problem's reason, in the order of the
  /// sources. Paths and times of change are no part of it: a copied data set has the same digest.
  public let digest: String
  public let origin: Origin
  /// The cache file.
  public let path: String
  private let file: MappedFile
  private let problems: [Int: PixelProblem]

  /// The cache of `sources` in `folder`, built when it is absent or damaged.
  ///
  /// A second process waits for the first. `progress` is called on the caller's thread, and only
  /// while building.
  public static func open(
    folder: String, sources: [PixelSource], height: Int, width: Int,
    limits: DecodingLimits = .standard, threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> PixelCache {
    precondition(height > 0 && width > 0, "a pixel cache of \(height) x \(width) pixels")
    let key = try PixelCacheKey(sources: sources, height: height, width: width, limits: limits)
    try Folder.create(folder)
    let path = "\(folder)/\(key.fileName)"
    let found = try look(path, key, sources.count, threads)
    if case .good(let cache) = found { return PixelCache(cache, key, sources.count, .found) }
    return try FileLock.holding(path + ".lock") {
      var origin = Origin.built
      switch try look(path, key, sources.count, threads) {
      case .good(let cache): return PixelCache(cache, key, sources.count, .found)
      case .damaged(let reason): origin = .rebuilt(because: reason)
      case .absent: break
      }
      try AtomicFile.removeStaleTemporaries(in: folder)
      let builder = PixelCacheBuilder(key: key, sources: sources, threads: threads)
      try builder.build(path, progress: progress)
      guard case .good(let cache) = try look(path, key, sources.count, threads) else {
        throw FileError(
          "use the pixel cache", path, reason: "it is damaged right after it was written",
          advice: "check that disk, or choose another folder")
      }
      return PixelCache(cache, key, sources.count, origin)
    }
  }

  private init(_ cache: CheckedPixelCache, _ key: PixelCacheKey, _ count: Int, _ origin: Origin) {
    (self.count, height, width) = (count, key.height, key.width)
    (digest, self.origin, path) = (cache.digest, origin, cache.file.path)
    (file, problems) = (cache.file, cache.problems)
  }

  /// Why the image at `index` cannot be used; `nil` when it can.
  public func problem(at index: Int) -> PixelProblem? {
    precondition((0..<count).contains(index), "image \(index) of \(count)")
    return problems[index]
  }

  /// How many images cannot be used.
  public var problemCount: Int { problems.count }

  /// The pixels of one image, valid as long as the cache: height × width × 3 bytes, rows from the
  /// top, channels last. Zeros where there is a problem.
  public func pixels(at index: Int) -> UnsafeBufferPointer<UInt8> {
    precondition((0..<count).contains(index), "image \(index) of \(count)")
    let recordBytes = height * width * 3
    let start = file.bytes.baseAddress! + PixelCacheLayout.headerBytes + index * recordBytes
    return UnsafeBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: recordBytes)
  }

  private enum Found {
    case absent
    case damaged(String)
    case good(CheckedPixelCache)
  }

  private static func look(
    _ path: String, _ key: PixelCacheKey, _ count: Int, _ threads: Int
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
    do throws(CheckedPixelCache.Damage) {
      return .good(try CheckedPixelCache(file, key: key, count: count, threads: threads))
    } catch {
      return .damaged(error.reason)
    }
  }
}
