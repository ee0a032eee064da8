import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A fixed set of threads that work through numbered chunks together.
///
/// Every thread begins with a range of neighbouring chunks, the same share of every job, so that
/// what a thread wrote is in its caches when it reads the same rows of the image in the next job. A
/// thread that is done takes chunks from the far end of another's range, so a result must not
/// depend on which thread computed it: a chunk writes only its own outputs, and sums over chunks
/// are formed afterwards in chunk order. Then any number of threads gives the same bits.
///
/// A helper joins a job while it is open. The caller closes it when no chunk is left and waits
/// only for helpers that have joined, not for one that sleeps or that the system has suspended.
public final class ThreadPool: @unchecked Sendable {
  /// Threads: the calling thread and `threads − 1` helpers.
  public let threads: Int
  /// Measures the work that is done with the pool; nil, which costs nothing, unless somebody
  /// measures.
  public var clock: WorkClock?
  private let state: State
  /// Jobs that were run until now.
  private var jobs = 0

  /// Jobs between two measurements of the distance, each of which takes some µs: about as many as a
  /// training step of a ResNet-50 has.
  private static let jobsBetweenMeasurements = 500
  /// Seconds of a round trip to another core from which on the two share no cache: it takes 60 to
  /// 100 ns where they do, 330 to 360 where they do not (measured).
  private static let farRoundTrip = 200e-9

  /// Starts `threads − 1` helper threads, which end with the pool.
  public init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least one thread")
    self.threads = threads
    OpenBLAS.useOneThread()
    state = State(threads: threads)
    for thread in 1..<threads { ThreadPool.startHelper(state, thread: thread) }
  }

  deinit { state.stop() }

  /// Calls `body(chunk, thread)` once for every chunk in 0..<`chunks` and returns when all are
  /// done.
  ///
  /// `thread` is in 0..<`threads` and is never used by two chunks at once, so it may index scratch
  /// memory. Not reentrant.
  public func run(chunks: Int, _ body: (_ chunk: Int, _ thread: Int) -> Void) {
    if threads == 1 || chunks <= 1 {
      for chunk in 0..<chunks { body(chunk, 0) }
      return
    }
    if jobs % Self.jobsBetweenMeasurements == 0 { measureDistance() }
    jobs &+= 1
    withoutActuallyEscaping(body) { body in
      state.run(chunks: chunks, body)
    }
  }

  /// Finds out whether threads share a cache, and tells the loops in C. It may change at any time,
  /// because a virtual machine's cores are moved among those of the host.
  private func measureDistance() {
    let ball = state.ball
    ball.begin()
    state.run(chunks: threads) { _, thread in
      switch thread {
      case 0: ball.serve()
      case 1: ball.give()
      default: break
      }
    }
    if let seconds = ball.roundTrip {
      ck_set_far(seconds > Self.farRoundTrip ? 1 : 0)
    }
  }

  private static func startHelper(_ state: State, thread: Int) {
    final class Start {
      let state: State
      let thread: Int
      init(_ state: State, _ thread: Int) { (self.state, self.thread) = (state, thread) }
    }
    #if canImport(Darwin)
      var handle: pthread_t?
    #else
      var handle = pthread_t()
    #endif
    let start = Unmanaged.passRetained(Start(state, thread)).toOpaque()
    let status = pthread_create(
      &handle, nil,
      { argument in
        #if canImport(Darwin)
          let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        #else
          let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
        #endif
        start.state.help(thread: start.thread)
        return nil
      }, start)
    precondition(status == 0, "cannot start a compute thread (error \(status))")
    #if canImport(Darwin)
      pthread_detach(handle!)
    #else
      pthread_detach(handle)
    #endif
  }
}

extension ThreadPool {
  /// A range of chunks that several threads take from.
  fileprivate struct Share: ~Copyable {
    /// The lower bound in the lower 32 bits, the upper bound in the upper ones.
    private let bounds = Atomic<UInt64>(0)
    // Keeps the bounds of different threads on different cache lines, lest threads slow each other
    // down.
    private let padding: SIMD16<UInt64> = .zero

    func fill(_ range: Range<Int>) {
      bounds.store(Self.pack(range.lowerBound, range.upperBound), ordering: .relaxed)
    }

    func takeFirst() -> Int? { take { ($0, ($0 + 1, $1)) } }
    func takeLast() -> Int? { take { ($1 - 1, ($0, $1 - 1)) } }

    private func take(_ cut: (Int, Int) -> (chunk: Int, rest: (Int, Int))) -> Int? {
      var now = bounds.load(ordering: .relaxed)
      while true {
        let (first, end) = (Int(now & 0xffff_ffff), Int(now >> 32))
        guard first < end else { return nil }
        let (chunk, rest) = cut(first, end)
        let (exchanged, original) = bounds.weakCompareExchange(
          expected: now, desired: Self.pack(rest.0, rest.1), ordering: .relaxed)
        if exchanged { return chunk }
        now = original
      }
    }

    private static func pack(_ first: Int, _ end: Int) -> UInt64 {
      UInt64(end) << 32 | UInt64(first)
    }
  }

  /// What the threads share.
  fileprivate final class State: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// The job's number, above bit 16; whether it is open, bit 16; the helpers that are working on
    /// it.
    private let gate = Atomic<Int>(0)
    /// The chunks that are left of each thread's range.
    private let shares: UnsafeMutablePointer<Share>
    private let threads: Int
    let ball = Ball()
    private let stopped = Atomic<Bool>(false)
    private let sleepers = Atomic<Int>(0)
    // Written by the caller while the gate is shut and nobody is inside.
    private var body: ((Int, Int) -> Void)?

    private static let openBit = 1 << 16
    private static let countMask = openBit - 1
    private static func job(_ gate: Int) -> Int { gate >> 17 }

    init(threads: Int) {
      self.threads = threads
      shares = UnsafeMutablePointer<Share>.allocate(capacity: threads)
      for thread in 0..<threads { (shares + thread).initialize(to: Share()) }
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(wake, nil)
    }

    deinit {
      pthread_cond_destroy(wake)
      pthread_mutex_destroy(mutex)
      wake.deallocate()
      mutex.deallocate()
      shares.deinitialize(count: threads)
      shares.deallocate()
    }

    func stop() {
      stopped.store(true, ordering: .sequentiallyConsistent)
      wakeSleepers()
    }

    func run(chunks: Int, _ body: @escaping (Int, Int) -> Void) {
      self.body = body
      for thread in 0..<threads {
        shares[thread].fill(thread * chunks / threads..<(thread + 1) * chunks / threads)
      }
      let job = Self.job(gate.load(ordering: .relaxed)) + 1
      gate.store(job << 17 | Self.openBit, ordering: .sequentiallyConsistent)
      wakeSleepers()
      work(body, thread: 0)
      gate.subtract(Self.openBit, ordering: .acquiringAndReleasing)
      var spins = 0
      while gate.load(ordering: .acquiring) & Self.countMask != 0 {
        spins += 1
        // A helper that takes this long may be waiting for the core that this thread runs on.
        if spins > 4000 { sched_yield() }
      }
      self.body = nil
    }

    private func wakeSleepers() {
      guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }

    private func work(_ body: (Int, Int) -> Void, thread: Int) {
      while let chunk = shares[thread].takeFirst() { body(chunk, thread) }
      for other in 1..<threads {
        while let chunk = shares[(thread + other) % threads].takeLast() { body(chunk, thread) }
      }
    }

    func help(thread: Int) {
      var seen = 0
      while true {
        let now = awaitJob(after: seen)
        if stopped.load(ordering: .sequentiallyConsistent) { return }
        if now & Self.openBit == 0 {
          seen = Self.job(now)
        } else if gate.compareExchange(
          expected: now, desired: now + 1, ordering: .acquiringAndReleasing
        ).exchanged {
          work(body!, thread: thread)
          gate.subtract(1, ordering: .releasing)
          seen = Self.job(now)
        }
      }
    }

    /// Waits until there is another job than `seen`: spins for some 100 µs, then yields the core
    /// between reads, and sleeps after 2 ms.
    ///
    /// Waking a thread that sleeps costs both threads tens of µs, and a helper often waits hundreds
    /// of µs for a thread whose core is slowed down.
    private func awaitJob(after seen: Int) -> Int {
      let start = ContinuousClock.now
      var waited = Duration.zero
      repeat {
        for _ in 0..<500 {
          let now = gate.load(ordering: .acquiring)
          if Self.job(now) != seen { return now }
        }
        if stopped.load(ordering: .relaxed) { return seen << 17 }
        waited = start.duration(to: .now)
        if waited > .microseconds(100) { sched_yield() }
      } while waited < .milliseconds(2)
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
      while true {
        let now = gate.load(ordering: .sequentiallyConsistent)
        if Self.job(now) != seen || stopped.load(ordering: .sequentiallyConsistent) { return now }
        pthread_cond_wait(wake, mutex)
      }
    }
  }
}
