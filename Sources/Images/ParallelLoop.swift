import Dispatch
import Synchronization

/// Work on independent items by a fixed number of threads.
enum ParallelLoop {
  /// Calls `body` once for each of 0..<`count`, `block` neighbours at a time, in no fixed order.
  static func run(
    count: Int, threads: Int, block: Int = 1, _ body: @Sendable (Int) -> Void
  ) {
    let blocks = (count + block - 1) / block
    let workers = max(1, min(threads, blocks))
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let start = next.add(block, ordering: .relaxed).oldValue
        if start >= count { return }
        for index in start..<min(start + block, count) { body(index) }
      }
    }
  }
}
