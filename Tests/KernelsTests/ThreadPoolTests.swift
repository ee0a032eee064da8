import Kernels
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  @Test("Every chunk is worked on exactly once", arguments: [1, 2, 3, 5])
  func everyChunkOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for chunks in [0, 1, 2, 3, 7, 100] {
      let counts = Mutex([Int](repeating: 0, count: chunks))
      pool.run(chunks: chunks) { chunk, thread in
        counts.withLock { $0[chunk] += 1 }
        #expect((0..<threads).contains(thread))
      }
      #expect(counts.withLock { $0 } == [Int](repeating: 1, count: chunks))
    }
  }

  @Test("A thread is never used by two chunks at once", arguments: [2, 4])
  func threadsAreExclusive(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let busy = Mutex(Set<Int>())
    for _ in 0..<200 {
      pool.run(chunks: 16) { _, thread in
        let isFree = busy.withLock { $0.insert(thread).inserted }
        #expect(isFree)
        var sum = 0.0
        for i in 0..<200 { sum += Double(i).squareRoot() }
        #expect(sum > 0)
        _ = busy.withLock { $0.remove(thread) }
      }
    }
  }

  @Test("Plain writes of all threads are seen after run, many times over")
  func resultsAreVisible() {
    let pool = ThreadPool(threads: 3)
    let numbers = UnsafeMutableBufferPointer<Int>.allocate(capacity: 64)
    defer { numbers.deallocate() }
    for round in 0..<5000 {
      pool.run(chunks: 64) { chunk, _ in numbers[chunk] = round + chunk }
      #expect(numbers.reduce(0, +) == 64 * round + 64 * 63 / 2)
    }
  }

  @Test("Helpers that fell asleep wake up again")
  func wakesSleepers() async throws {
    let pool = ThreadPool(threads: 2)
    for _ in 0..<5 {
      try await Task.sleep(for: .milliseconds(10))
      let total = Atomic<Int>(0)
      pool.run(chunks: 10) { chunk, _ in total.add(chunk, ordering: .relaxed) }
      #expect(total.load(ordering: .relaxed) == 45)
    }
  }

  @Test("Pools come and go, used or not")
  func poolsComeAndGo() {
    for round in 0..<50 {
      let pool = ThreadPool(threads: 3)
      let total = Atomic<Int>(0)
      if round % 2 == 0 { pool.run(chunks: 5) { _, _ in total.add(1, ordering: .relaxed) } }
      #expect(total.load(ordering: .relaxed) == (round % 2 == 0 ? 5 : 0))
    }
  }

  @Test("OpenBLAS runs on the calling thread and says what it is")
  func openBLAS() {
    #expect(OpenBLAS.configuration.contains("OpenBLAS"))
    #expect(!OpenBLAS.coreName.isEmpty)
  }
}
