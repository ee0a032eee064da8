/// Sums of a gradient over groups of pixels, one after the other in scratch memory, until they are added in
/// group order.
struct PartialSums {
  /// Elements of the gradient.
  let count: Int
  /// Groups; 1 where the only one's sums are the gradient.
  let groups: Int

  private var distance: Int { roundUp(count, 16) }

  /// Elements of scratch memory.
  var scratchCount: Int { groups > 1 ? groups * distance : 0 }

  /// Where a group's sums go.
  func start(
    of group: Int, in scratch: UnsafeMutablePointer<Float>, else whole: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    groups > 1 ? scratch + group * distance : whole
  }

  /// Adds the groups up.
  func add(
    to whole: UnsafeMutablePointer<Float>, scratch: UnsafePointer<Float>, pool: ThreadPool
  ) {
    guard groups > 1 else { return }
    let step = 16384
    pool.run(chunks: (count + step - 1) / step) { chunk, _ in
      let range = chunk * step..<min((chunk + 1) * step, count)
      (whole + range.lowerBound).update(from: scratch + range.lowerBound, count: range.count)
      for group in 1..<groups {
        let source = scratch + group * distance
        for i in range { whole[i] += source[i] }
      }
    }
  }
}
