import Files

/// Pictures that are the same, and how that is known.
///
/// Two pictures are *identical* when both decode to the same height, width and 8-bit RGB pixels, at
/// full size and before any resizing. The same bytes are a special case of it, and so are files
/// that differ in comments, camera data or compression without loss. A resized, recompressed,
/// cropped or mirrored picture is another picture.
public struct IdenticalPictures: Codable, Hashable, Sendable {
  /// What makes the pictures the same; the strongest that holds for all of them.
  public enum Evidence: String, Codable, CaseIterable, Sendable {
    /// One file, under one path or several.
    case file
    /// Several files or records with the same bytes.
    case bytes
    /// Different bytes that decode to the same pixels.
    case pixels
  }
  /// Indices of a pixel cache, rising; at least two.
  public var members: [Int]
  /// What makes them the same.
  public var evidence: Evidence

  /// A group of identical pictures.
  public init(members: [Int], evidence: Evidence) {
    (self.members, self.evidence) = (members, evidence)
  }
}

extension IdenticalPictures {
  /// Groups of sources that are files with the same bytes, by their first members: what can be known
  /// before anything is decoded. Only files of one size are read.
  ///
  /// Pictures in containers, and files that cannot be read, are in no group.
  public static func equalFiles(among sources: [PixelSource]) -> [IdenticalPictures] {
    var bySize: [Int: [(index: Int, path: String)]] = [:]
    for (index, source) in sources.enumerated() {
      guard case .file(let path) = source, let stamp = try? FileStamp(of: path) else { continue }
      bySize[Int(stamp.size), default: []].append((index, path))
    }
    var groups: [IdenticalPictures] = []
    for files in bySize.values where files.count > 1 {
      var byContent: [String: [Int]] = [:]
      for file in files {
        guard let digest = try? SHA256Digest.hex(ofFile: file.path) else { continue }
        byContent[digest, default: []].append(file.index)
      }
      groups += byContent.values.filter { $0.count > 1 }.map {
        IdenticalPictures(members: $0, evidence: .bytes)
      }
    }
    return groups.sorted { $0.members[0] < $1.members[0] }
  }
}

extension PixelCache {
  /// The groups of identical pictures, by their first members.
  ///
  /// The cache's records are compared first, by checksum and then byte by byte. Pictures that look
  /// the same at the cache's size are only candidates: each is confirmed by its original bytes, and
  /// where these differ by decoding it at full size. So a data set without copies costs no decoding
  /// at all. What was found is kept in a file beside the cache. Pictures that cannot be used are in
  /// no group.
  ///
  /// Of a JPEG and a PNG with the same pixels the JPEG's record may differ, because a large JPEG is
  /// decoded at reduced scale; such a pair is found only where the JPEG is less than four times as
  /// large as the cache's size.
  ///
  /// - Parameters:
  ///   - sources: those that the cache was opened with.
  ///   - limits: how large an image file may be.
  ///   - threads: that read and decode; the outcome does not depend on them.
  /// - Precondition: there are as many sources as pictures.
  /// - Throws: `FileError` where the file beside the cache cannot be written.
  public func identicalPictures(
    of sources: [PixelSource], limits: DecodingLimits = .standard, threads: Int
  ) throws -> [IdenticalPictures] {
    precondition(sources.count == count, "\(sources.count) sources for \(count) pictures")
    let candidates = equalRecords()
    if candidates.isEmpty { return [] }
    let list = CopyList(cache: self)
    return try list.open {
      let finder = CopyConfirmation(
        sources: sources, candidates: candidates, size: (height, width), limits: limits,
        options: key.options)
      return finder.groups(threads: threads)
    }
  }

  /// Groups of usable pictures whose records are the same bytes, by their first members.
  func equalRecords() -> [[Int]] {
    // One number a picture sorts faster than pairs do: the checksum above, the index below.
    let order = checksums.indices.filter { problem(at: $0) == nil }
      .map { UInt64(checksums[$0]) << 32 | UInt64($0) }.sorted()
    var groups: [[Int]] = []
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, order[end] >> 32 == order[start] >> 32 { end += 1 }
      if end - start > 1 {
        groups += split(order[start..<end].map { Int($0 & 0xFFFF_FFFF) })
      }
      start = end
    }
    return groups.sorted { $0[0] < $1[0] }
  }

  /// Those of some pictures with one checksum that really have the same records.
  private func split(_ members: [Int]) -> [[Int]] {
    var groups: [[Int]] = []
    for index in members {
      let pixels = self.pixels(at: index)
      let place = groups.firstIndex { self.pixels(at: $0[0]).elementsEqual(pixels) }
      if let place { groups[place].append(index) } else { groups.append([index]) }
    }
    return groups.filter { $0.count > 1 }
  }
}
