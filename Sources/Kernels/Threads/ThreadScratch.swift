/// Scratch memory of each thread, one block after the other.
struct ThreadScratch {
  let start: UnsafeMutablePointer<Float>
  /// Elements of a block.
  let count: Int

  init(_ start: UnsafeMutablePointer<Float>, count: Int) {
    (self.start, self.count) = (start, count)
  }

  /// A thread's block.
  @inline(__always)
  subscript(thread: Int) -> UnsafeMutablePointer<Float> { start + thread * count }
}
