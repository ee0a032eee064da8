import CKernels
import CKernels.Table
import Kernels
import Synchronization
import Tensors
import Testing

/// What threads do differently where their cores share no cache, and how they find out.
@Suite("Threads that are far apart", .serialized) struct FarThreadsTests {
  /// Everything that goes past the caches then.
  private func shared(_ table: ck_table) -> [[Float]] {
    let (k, n, rows) = (96, 128, 24)
    let b = MicroKernelTests.numbers(k * n, 1)
    var results: [[Float]] = []
    func collect(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
      let buffer = AlignedBuffer(count: count)
      buffer.buffer.update(repeating: .nan)
      body(buffer.pointer)
      results.append(buffer.array)
    }
    let panels = n / 2 / table.panel_width
    collect(ck_strassen_packed_count(k, n)) { table.strassen_pack(k, n, b, 0, panels, $0) }
    for isTurned: Int32 in [0, 1] {
      collect(ck_strassen_packed_count(k, n)) {
        table.strassen_pack_transposed(k, n, b, 0, panels, isTurned, $0)
      }
    }
    b.withUnsafeBufferPointer { b in
      collect(ck_strassen_formed_count(rows, k)) {
        let left = ck_rows(
          starts: nil, first: b.baseAddress!, pitch: k, segments: 1, length: k, scale: nil,
          shift: nil, following: 0)
        table.strassen_form(rows, rows, left, nil, $0)
      }
      collect(rows * k) {
        let gradient = ck_normalized_gradient(
          dy: b.baseAddress!, y: b.baseAddress! + rows * k, scale: b.baseAddress!,
          slope: b.baseAddress! + k, constant: b.baseAddress! + 2 * k, shift: nil)
        table.norm_gradient(rows, k, gradient, $0, 1)
      }
      let axes = ck_axes(rows: ck_axis(points: 6, taps: 3), columns: ck_axis(points: 6, taps: 3))
      let places = (0..<36).map { $0 * 80 }
      let pixels = (0..<36).map { Optional(b.baseAddress! + $0 * 64) }
      collect(36 * 80) { table.winograd_input(axes, pixels, nil, 64, nil, nil, $0, places, 1) }
      collect(36 * 80) { table.winograd_gradient(axes, pixels, nil, 64, $0, places, 1) }
      let planes = (0..<36).map { $0 * (2 * 64 + 16) }
      collect(36 * (2 * 64 + 16)) {
        table.winograd_filter(
          axes, 2, b.baseAddress!, 64, (0..<9).map { $0 * 128 }, 64, $0, planes, 2, 1)
      }
    }
    return results
  }

  @Test("write the same numbers", arguments: MicroKernelTests.names)
  func numbers(name: String) throws {
    let table = try #require(ck_find(name)).pointee
    defer { ck_set_far(0) }
    ck_set_far(0)
    let near = shared(table)
    ck_set_far(1)
    let far = shared(table)
    for (a, b) in zip(near, far) {
      // Gaps between rows stay as they were.
      let areSame = zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
      #expect(areSame)
      #expect(a.contains { $0.isFinite })
    }
  }

  @Test("A ball comes back, in less than a millisecond")
  func ball() async {
    let ball = Ball()
    for _ in 0..<50 where ball.roundTrip == nil {
      ball.begin()
      async let other: Void = Task.detached { ball.give() }.value
      await Task.detached { ball.serve() }.value
      await other
    }
    // Nobody can promise that the other thread runs at the same time.
    if let seconds = ball.roundTrip { #expect(seconds > 0 && seconds < 1e-3) }
  }

  @Test("Nobody waits for a ball that does not come")
  func noPartner() {
    let ball = Ball()
    ball.begin()
    ball.serve()
    #expect(ball.roundTrip == nil)
    ball.begin()
    ball.give()
    #expect(ball.roundTrip == nil)
  }
}
