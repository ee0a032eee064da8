/// How a run of elements is cut into chunks: 16,384 at a time.
struct FlatChunks: Sendable {
  static let size = 16_384
  let total: Int

  init(_ total: Int) { self.total = total }

  var count: Int { (total + Self.size - 1) / Self.size }

  /// Elements of a chunk.
  func range(_ chunk: Int) -> Range<Int> {
    let start = chunk * Self.size
    return start..<min(start + Self.size, total)
  }
}
