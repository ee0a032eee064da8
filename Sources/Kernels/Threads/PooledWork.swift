/// Chunks of a job for a ``ThreadPool``, to be run beside those of another.
struct PooledWork {
  let chunks: Int
  let body: (_ chunk: Int, _ lane: Int) -> Void

  init(chunks: Int, _ body: @escaping (_ chunk: Int, _ lane: Int) -> Void) {
    (self.chunks, self.body) = (chunks, body)
  }
}

extension ThreadPool {
  /// Runs chunks of two jobs that do not depend on each other: every lane begins with its share of the first
  /// one's, and whoever is ahead takes over the second one's. So lanes wait for each other once, for a
  /// chunk of the second.
  func run(_ first: PooledWork, then second: PooledWork) {
    let lanes = threads
    func share(_ count: Int, _ lane: Int) -> Range<Int> {
      lane * count / lanes..<(lane + 1) * count / lanes
    }
    let order = (0..<lanes).flatMap { lane in
      Array(share(first.chunks, lane))
        + share(second.chunks, lane).map { first.chunks + $0 }
    }
    run(chunks: order.count) { index, lane in
      let chunk = order[index]
      if chunk < first.chunks {
        first.body(chunk, lane)
      } else {
        second.body(chunk - first.chunks, lane)
      }
    }
  }

  /// Runs one job.
  func run(_ work: PooledWork) { run(chunks: work.chunks, work.body) }
}
