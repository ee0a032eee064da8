import Files

/// Finds out which pictures of equal records are identical.
struct CopyConfirmation {
  private let sources: [PixelSource]
  private let candidates: [[Int]]
  private let limits: DecodingLimits
  private let reader: PixelReader

  /// Reads the containers that hold candidates.
  init(
    sources: [PixelSource], candidates: [[Int]], size: (height: Int, width: Int),
    limits: DecodingLimits, options: DecodingOptions
  ) {
    (self.sources, self.candidates, self.limits) = (sources, candidates, limits)
    reader = PixelReader(
      for: candidates.joined().map { sources[$0] }, height: size.height, width: size.width,
      limits: limits, options: options)
  }

  /// The identical ones among each group of candidates, by first members.
  func groups(threads: Int) -> [IdenticalPictures] {
    var found = [[IdenticalPictures]](repeating: [], count: candidates.count)
    found.withUnsafeMutableBufferPointer { found in
      // Each index is one thread's alone.
      nonisolated(unsafe) let found = found
      ParallelLoop.run(count: candidates.count, threads: threads) { index in
        found[index] = confirm(candidates[index])
      }
    }
    return found.flatMap(\.self).sorted { $0.members[0] < $1.members[0] }
  }

  /// Files with one content, or records of containers with one content.
  private struct Content {
    var members: [Int]
    /// Files that hold it; 1 where one file has several names.
    var copies: Int
    /// SHA-256 of the part of the content that pixels are decoded from.
    var stream: String
  }

  private func confirm(_ candidates: [Int]) -> [IdenticalPictures] {
    var contents: [String: Content] = [:]
    for same in oneFileEach(candidates) {
      guard let (bytes, stream) = digests(of: sources[same[0]]) else { continue }
      contents[bytes, default: Content(members: [], copies: 0, stream: stream)].members += same
      contents[bytes]!.copies += 1
    }
    let streams = Dictionary(grouping: contents.values, by: \.stream)
    if streams.count == 1 { return streams.values.compactMap(group) }
    var pictures: [String: [Content]] = [:]
    for contents in streams.values {
      guard let digest = digestOfPixels(sources[contents[0].members[0]]) else { continue }
      pictures[digest, default: []] += contents
    }
    return pictures.values.compactMap(group)
  }

  private func group(_ contents: [Content]) -> IdenticalPictures? {
    let members = contents.flatMap(\.members).sorted()
    if members.count < 2 { return nil }
    let evidence: IdenticalPictures.Evidence =
      contents.count > 1 ? .pixels : contents[0].copies > 1 ? .bytes : .file
    return IdenticalPictures(members: members, evidence: evidence)
  }

  /// Pictures by file: those of one file together; every picture of a container is on its own.
  private func oneFileEach(_ candidates: [Int]) -> [[Int]] {
    var places: [FileIdentity: Int] = [:]
    var groups: [[Int]] = []
    for index in candidates {
      guard case .file(let path) = sources[index], let file = FileIdentity(of: path) else {
        groups.append([index])
        continue
      }
      if let place = places[file] {
        groups[place].append(index)
      } else {
        places[file] = groups.count
        groups.append([index])
      }
    }
    return groups
  }

  /// SHA-256 of all that is stored of a picture, and of the part that its pixels are decoded from;
  /// `nil` where it cannot be read any more.
  private func digests(of source: PixelSource) -> (bytes: String, stream: String)? {
    guard case .file(let path) = source else {
      return digestOfPixels(source).map { ($0, $0) }
    }
    guard let bytes = try? WholeFile.read(path: path, limit: limits.bytes) else { return nil }
    let digest = SHA256Digest.hex(of: bytes)
    guard let stream = JPEGStream.digest(of: bytes) else { return (digest, digest) }
    // Where pictures are turned, what they note of it decides about pixels, too.
    let turn = reader.options.orientation == .apply ? JPEGDecoder.orientation(in: bytes) : nil
    return (digest, turn.map { "\(stream) \($0.rawValue)" } ?? stream)
  }

  /// SHA-256 of a picture's size and its pixels at full size; `nil` where it cannot be decoded any
  /// more.
  private func digestOfPixels(_ source: PixelSource) -> String? {
    let sink = DigestSink()
    guard (try? reader.decode(source, target: nil, into: sink)) != nil else { return nil }
    return sink.finalize()
  }
}
