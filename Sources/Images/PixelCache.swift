import Files

/// All images of a data set at one size, decoded once and mapped from one ``CheckedFile`` that
/// processes share.
public final class PixelCache: Sendable {
  /// How this cache came about.
  public typealias Origin = CheckedFile.Origin

  /// Images, usable or not.
  public let count: Int
  /// Rows of every image.
  public let height: Int
  /// Columns of every image.
  public let width: Int
  /// SHA-256 over decoder, size, every record and every problem's reason, in the order of the
  /// sources. Paths and times of change are no part of it: a copied data set has the same digest.
  public let digest: String
  /// Whether it was found or built just now.
  public let origin: Origin
  /// The cache file.
  public let path: String
  private let file: MappedFile
  private let findings: [Int: PixelFinding]
  /// CRC-32 of every record.
  let checksums: [UInt32]
  /// Names all that the cache depends on.
  let key: PixelCacheKey

  /// The cache of `sources` in `folder`, built when it is absent or damaged.
  ///
  /// A second process waits for the first.
  ///
  /// - Parameters:
  ///   - sources: in the order of the cache's indices.
  ///   - height: of every image in the cache, to which it is resized; `width` likewise.
  ///   - limits: how large an image file may be.
  ///   - options: what the experiment chose.
  ///   - threads: that decode and check; they change no byte.
  ///   - progress: called on the caller's thread, and only while building.
  /// - Precondition: height and width are at least 1.
  /// - Throws: `FileError` where the folder or a file in it cannot be used, or the disk has too
  ///   little room. An image that cannot be used is a ``problem(at:)``.
  public static func open(
    folder: String, sources: [PixelSource], height: Int, width: Int,
    limits: DecodingLimits = .standard, options: DecodingOptions = .init(), threads: Int,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> PixelCache {
    precondition(height > 0 && width > 0, "a pixel cache of \(height) x \(width) pixels")
    let key = PixelCacheKey(
      sources: sources, height: height, width: width, limits: limits, options: options)
    let layout = PixelCacheLayout(key, count: sources.count)
    let (cache, origin) = try CheckedFile.open(
      key.fileName, in: folder, called: "pixel cache",
      check: { file throws(CheckedFile.Damage) in
        try CheckedPixelCache(file, layout, threads: threads)
      },
      build: { path in
        let builder = PixelCacheBuilder(key: key, sources: sources, threads: threads)
        try builder.build(path, in: folder, progress: progress)
      })
    return PixelCache(cache, key, sources.count, origin)
  }

  private init(_ cache: CheckedPixelCache, _ key: PixelCacheKey, _ count: Int, _ origin: Origin) {
    (self.count, height, width) = (count, key.height, key.width)
    (digest, self.origin, path) = (cache.digest, origin, cache.file.path)
    (file, findings, checksums) = (cache.file, cache.findings, cache.checksums)
    self.key = key
  }

  /// Why the image at `index` cannot be used; `nil` when it can.
  public func problem(at index: Int) -> PixelProblem? {
    precondition((0..<count).contains(index), "image \(index) of \(count)")
    return findings[index]?.problem
  }

  /// How many images cannot be used.
  public var problemCount: Int { findings.values.count { $0.problem != nil } }

  /// What else there is to say of the image at `index`.
  public func remarks(at index: Int) -> [PixelRemark] {
    precondition((0..<count).contains(index), "image \(index) of \(count)")
    return findings[index]?.remarks ?? []
  }

  /// The pixels of one image, valid as long as the cache: height × width × 3 bytes, rows from the
  /// top, channels last. Zeros where there is a problem.
  public func pixels(at index: Int) -> UnsafeBufferPointer<UInt8> {
    precondition((0..<count).contains(index), "image \(index) of \(count)")
    let recordBytes = height * width * 3
    let start = file.bytes.baseAddress! + RecordFile.headerBytes + index * recordBytes
    return UnsafeBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: recordBytes)
  }
}
