import Files

/// Decodes all sources and writes the cache file.
struct PixelCacheBuilder {
  let key: PixelCacheKey
  let sources: [PixelSource]
  let threads: Int

  /// Records held in memory at a time: enough to keep all threads busy, no more than 64 MiB.
  private var batch: Int {
    max(1, min(threads * 64, (64 << 20) / recordBytes))
  }
  private var recordBytes: Int { key.height * key.width * 3 }

  /// Writes the file whole or not at all, to a path in a folder.
  func build(
    _ path: String, in folder: String, progress: (_ done: Int, _ total: Int) -> Void
  ) throws {
    let layout = PixelCacheLayout(key, count: sources.count)
    try AtomicFile.requireFreeSpace(layout.leastSize, in: folder)
    let reader = PixelReader(
      for: sources, height: key.height, width: key.width, limits: key.limits,
      options: key.options)
    var content = SHA256Digest()
    content.update("\(PixelCacheKey.contentName) \(key.height) \(key.width) \(sources.count)\n")
    var findings: [PixelFinding] = []
    var checksums: [UInt32] = []
    let room = UnsafeMutableBufferPointer<UInt8>.allocate(
      capacity: max(1, min(batch, sources.count) * recordBytes))
    defer { room.deallocate() }
    try AtomicFile.write(to: path) { sink in
      try sink.write(layout.form.header)
      while findings.count < sources.count {
        let start = findings.count
        let end = min(start + batch, sources.count)
        let (found, sums) = decode(start..<end, reader, into: room)
        // What the machine refused once it may grant the next time: the data would differ.
        if let refusal = found.lazy.compactMap(\.refusal).first { throw refusal }
        let written = UnsafeRawBufferPointer(
          start: room.baseAddress, count: (end - start) * recordBytes)
        content.update(written)
        try sink.write(written)
        findings += found
        checksums += sums
        progress(end, sources.count)
      }
      for (index, finding) in findings.enumerated() {
        if let problem = finding.problem { content.update("\(index) \(problem.reason.rawValue)\n") }
      }
      let list = try PixelCacheLayout.encode(findings)
      try sink.write(checksums)
      try sink.write(list)
      try sink.write(
        layout.footer(checksums: checksums, findings: list, digest: content.finalize()))
    }
  }

  private func decode(
    _ range: Range<Int>, _ reader: PixelReader, into room: UnsafeMutableBufferPointer<UInt8>
  ) -> (findings: [PixelFinding], checksums: [UInt32]) {
    var findings = [PixelFinding](repeating: PixelFinding(), count: range.count)
    var checksums = [UInt32](repeating: 0, count: range.count)
    findings.withUnsafeMutableBufferPointer { findings in
      checksums.withUnsafeMutableBufferPointer { checksums in
        // Each index is one thread's alone.
        nonisolated(unsafe) let (findings, checksums, room) = (findings, checksums, room)
        ParallelLoop.run(count: range.count, threads: threads) { [sources, recordBytes] index in
          let record = UnsafeMutableBufferPointer(
            rebasing: room[(index * recordBytes)..<((index + 1) * recordBytes)])
          findings[index] = reader.read(sources[range.lowerBound + index], into: record)
          checksums[index] = CRC32.checksum(of: UnsafeRawBufferPointer(record))
        }
      }
    }
    return (findings, checksums)
  }
}
