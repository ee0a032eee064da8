/// A job for a ``ThreadPool``: numbered chunks, to be run alone or beside those of another job.
struct PooledWork {
  let chunks: Int
  let body: (_ chunk: Int, _ thread: Int) -> Void

  init(chunks: Int, _ body: @escaping (_ chunk: Int, _ thread: Int) -> Void) {
    (self.chunks, self.body) = (chunks, body)
  }
}

extension ThreadPool {
  /// Runs two jobs that do not depend on each other.
  ///
  /// Every thread begins with its share of the first job and goes on with its share of the second
  /// one without waiting; a thread that has done both takes chunks from others. So threads wait for
  /// each other once, at the end, and not longer than a chunk of the second job takes.
  func run(_ first: PooledWork, then second: PooledWork) {
    let threads = threads
    func share(_ count: Int, _ thread: Int) -> Range<Int> {
      thread * count / threads..<(thread + 1) * count / threads
    }
    let order = (0..<threads).flatMap { thread in
      Array(share(first.chunks, thread))
        + share(second.chunks, thread).map { first.chunks + $0 }
    }
    run(chunks: order.count) { index, thread in
      let chunk = order[index]
      if chunk < first.chunks {
        first.body(chunk, thread)
      } else {
        second.body(chunk - first.chunks, thread)
      }
    }
  }

  /// Runs one job.
  func run(_ work: PooledWork) { run(chunks: work.chunks, work.body) }
}
