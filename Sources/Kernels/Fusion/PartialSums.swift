/// Sums of a weights' gradient over groups of pixels: groups × count, one after the other in
/// scratch memory, until they are added up in group order.
struct PartialSums {
  /// Elements of the gradient.
  let count: Int
  /// Groups; where there is one only, its sums are the gradient.
  let groups: Int

  private var distance: Int { roundUp(count, 16) }

  /// Elements of scratch memory.
  var scratchCount: Int { groups > 1 ? groups * distance : 0 }

  /// Where the sums of a group are formed: in `whole`, the gradient itself, where there is one
  /// only.
  func start(
    of group: Int, in scratch: UnsafeMutablePointer<Float>, else whole: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    groups > 1 ? scratch + group * distance : whole
  }

  /// whole = the sums of all groups, added up in group order; nothing to do where there is one
  /// only.
  func add(
    to whole: UnsafeMutablePointer<Float>, scratch: UnsafePointer<Float>, pool: ThreadPool
  ) {
    guard groups > 1 else { return }
    let chunks = FlatChunks(count)
    pool.run(chunks: chunks.count) { chunk, _ in
      let range = chunks.range(chunk)
      (whole + range.lowerBound).update(from: scratch + range.lowerBound, count: range.count)
      for group in 1..<groups {
        let source = scratch + group * distance
        for i in range { whole[i] += source[i] }
      }
    }
  }
}
