import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fixed set of threads that work through numbered chunks together.
///
/// Chunks go to whichever lane is free, so a result must not depend on which lane computed it: a
/// chunk writes only its own outputs, and sums over chunks are formed afterwards in chunk order.
/// Then 1 and 2 threads give the same bits.
public final class ThreadPool: @unchecked Sendable {
  /// Lanes: the calling thread and `threads − 1` helpers.
  public let threads: Int
  private let state: State

  /// Starts `threads − 1` helper threads, which end with the pool.
  public init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least one thread")
    self.threads = threads
    OpenBLAS.useOneThread()
    state = State()
    for lane in 1..<max(threads, 1) { state.startHelper(lane: lane) }
  }

  deinit { state.stop() }

  /// Calls `body(chunk, lane)` once for every chunk in 0..<`chunks` and returns when all are done.
  ///
  /// `lane` is in 0..<`threads` and is never used by two chunks at once, so it may index scratch
  /// memory. Not reentrant.
  public func run(chunks: Int, _ body: (_ chunk: Int, _ lane: Int) -> Void) {
    if threads == 1 || chunks <= 1 {
      for chunk in 0..<chunks { body(chunk, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      state.run(chunks: chunks, helpers: threads - 1, body)
    }
  }
}

extension ThreadPool {
  /// What the threads share. Helpers spin briefly for the next job before they sleep.
  fileprivate final class State: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let generation = Atomic<Int>(0)
    private let next = Atomic<Int>(0)
    private let running = Atomic<Int>(0)
    private let stopped = Atomic<Bool>(false)
    private let sleepers = Atomic<Int>(0)
    private var chunks = 0
    private var body: ((Int, Int) -> Void)?

    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(wake, nil)
    }

    deinit {
      pthread_cond_destroy(wake)
      pthread_mutex_destroy(mutex)
      wake.deallocate()
      mutex.deallocate()
    }

    func startHelper(lane: Int) {
      final class Start {
        let state: State
        let lane: Int
        init(_ state: State, _ lane: Int) { (self.state, self.lane) = (state, lane) }
      }
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let start = Unmanaged.passRetained(Start(self, lane)).toOpaque()
      let status = pthread_create(
        &thread, nil,
        { argument in
          #if canImport(Darwin)
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
          #else
            let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
          #endif
          start.state.help(lane: start.lane)
          return nil
        }, start)
      precondition(status == 0, "cannot start a compute thread (error \(status))")
      #if canImport(Darwin)
        pthread_detach(thread!)
      #else
        pthread_detach(thread)
      #endif
    }

    func stop() {
      stopped.store(true, ordering: .sequentiallyConsistent)
      announce()
    }

    func run(chunks: Int, helpers: Int, _ body: @escaping (Int, Int) -> Void) {
      self.body = body
      self.chunks = chunks
      next.store(0, ordering: .relaxed)
      running.store(helpers, ordering: .sequentiallyConsistent)
      announce()
      work(lane: 0)
      while running.load(ordering: .acquiring) > 0 { _ = spinHint() }
      self.body = nil
    }

    private func announce() {
      generation.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
      }
    }

    private func work(lane: Int) {
      let body = self.body!
      while true {
        let chunk = next.add(1, ordering: .relaxed).oldValue
        if chunk >= chunks { return }
        body(chunk, lane)
      }
    }

    private func help(lane: Int) {
      var seen = 0
      while true {
        seen = awaitGeneration(after: seen)
        if stopped.load(ordering: .sequentiallyConsistent) { return }
        work(lane: lane)
        running.subtract(1, ordering: .releasing)
      }
    }

    /// Spins for some microseconds, then sleeps until the generation moves on from `seen`.
    private func awaitGeneration(after seen: Int) -> Int {
      for _ in 0..<20_000 {
        let now = generation.load(ordering: .sequentiallyConsistent)
        if now != seen { return now }
        _ = spinHint()
      }
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
      while true {
        let now = generation.load(ordering: .sequentiallyConsistent)
        if now != seen { return now }
        pthread_cond_wait(wake, mutex)
      }
    }

    /// A read that the optimiser keeps, so that a spinning loop makes progress slowly.
    @inline(never) private func spinHint() -> Int { next.load(ordering: .relaxed) }
  }
}
