import CKernels
import CKernels.Table
import Tensors
import Testing

/// The passes of batch normalisation in C, in every implementation.
@Suite("Passes of batch normalisation") struct NormPassTests {
  static let extents = [(1, 1), (19, 7), (37, 64), (23, 100), (9, 272)]

  /// Everything that the passes of one implementation make of the same numbers.
  private struct Results: Equatable {
    var first: [Float]
    var second: [Float]
    var applied: [[Float]] = []
    var sums: [[Float]] = []
    var masked: [[Float]] = []
    var gradients: [[Float]] = []

    init(_ table: ck_table, rows: Int, channels: Int) {
      let count = rows * channels
      let (x, dy, other) = (numbers(count, 1), numbers(count, 2), numbers(count, 3))
      let v = (4..<9).map { numbers(channels, $0) }
      (first, second) = (v[3], v[4])
      let (scale, shift) = (v[0], v[1])
      table.norm_statistics(rows, channels, x, v[2], &first, &second)
      let y = AlignedBuffer(count: count)
      for kind in 0..<3 {
        for (relu, isNonTemporal) in [(0, 0), (1, 0), (1, 1)] {
          y.buffer.update(repeating: .nan)
          withPointers(x, other, v) { x, other, v in
            let added = ck_normalized(
              first: kind == 0 ? nil : other, scale: kind == 2 ? v[2] : nil,
              shift: kind == 2 ? v[3] : nil)
            let normalized = ck_normalized(first: x, scale: v[0], shift: v[1])
            table.norm_apply(
              rows, channels, normalized, added, Int32(relu), y.pointer, Int32(isNonTemporal))
          }
          applied.append(y.array)
        }
      }
      for mask in 0..<3 {
        var (a, b, d) = (v[3], v[4], dy)
        other.withUnsafeBufferPointer { z in
          shift.withUnsafeBufferPointer { shift in
            table.norm_sums(
              rows, channels, x, v[2], &d, mask == 2 ? z.baseAddress : nil, scale,
              mask == 1 ? shift.baseAddress : nil, &a, &b)
          }
        }
        sums += [a, b]
        masked.append(d)
      }
      for rectifies in [false, true] {
        withPointers(x, dy, v) { x, dy, v in
          y.pointer.update(from: x, count: count)
          let gradient = ck_normalized_gradient(
            dy: dy, y: y.pointer, scale: v[0], slope: v[2], constant: v[3],
            shift: rectifies ? v[1] : nil)
          table.norm_gradient(rows, channels, gradient, y.pointer, 0)
        }
        gradients.append(y.array)
      }
    }
  }

  private static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    MicroKernelTests.numbers(count, seed)
  }

  @Test("are the formulas in double precision", arguments: MicroKernelTests.names, extents)
  func formulas(_ name: String, _ extents: (Int, Int)) throws {
    let (rows, channels) = extents
    let found = Results(try #require(ck_find(name)).pointee, rows: rows, channels: channels)
    func numbers(_ count: Int, _ seed: Int) -> [Double] {
      Self.numbers(count, seed).map { Double($0) }
    }
    let count = rows * channels
    let (x, dy, other) = (numbers(count, 1), numbers(count, 2), numbers(count, 3))
    let v = (4..<9).map { numbers(channels, $0) }
    func expect(_ found: [Float], _ what: String, _ wanted: (Int) -> Double) {
      let error = zip(found, found.indices.map(wanted)).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(error <= 2e-5, "\(what) is off by \(error)")
    }
    func sum(_ c: Int, _ term: (Int) -> Double) -> Double {
      stride(from: c, to: count, by: channels).reduce(0) { $0 + term($1) }
    }
    expect(found.first, "Σ d") { c in v[3][c] + sum(c) { x[$0] - v[2][c] } }
    expect(found.second, "Σ d²") { c in
      v[4][c] + sum(c) { (x[$0] - v[2][c]) * (x[$0] - v[2][c]) }
    }
    for kind in 0..<3 {
      for (i, relu) in [false, true, true].enumerated() {
        expect(found.applied[3 * kind + i], "y with addend \(kind)") { at in
          let c = at % channels
          let added = [0, other[at], v[2][c] * other[at] + v[3][c]][kind]
          let y = v[0][c] * x[at] + v[1][c] + added
          return relu ? max(0, y) : y
        }
      }
    }
    func passes(_ mask: Int, _ at: Int) -> Bool {
      let c = at % channels
      return [true, v[0][c] * x[at] + v[1][c] > 0, other[at] > 0][mask]
    }
    for mask in 0..<3 {
      expect(found.sums[2 * mask], "Σ dy with mask \(mask)") { c in
        v[3][c] + sum(c) { passes(mask, $0) ? dy[$0] : 0 }
      }
      expect(found.sums[2 * mask + 1], "Σ dy (x − μ) with mask \(mask)") { c in
        v[4][c] + sum(c) { passes(mask, $0) ? dy[$0] * (x[$0] - v[2][c]) : 0 }
      }
      expect(found.masked[mask], "dy after mask \(mask)") {
        mask == 2 && !passes(mask, $0) ? 0 : dy[$0]
      }
    }
    for mask in 0..<2 {
      expect(found.gradients[mask], "dx with mask \(mask)") { at in
        let c = at % channels
        return v[0][c] * (passes(mask, at) ? dy[at] : 0) + (v[2][c] * x[at] + v[3][c])
      }
    }
  }

  @Test("have the same bits in every implementation", arguments: extents)
  func implementations(_ extents: (Int, Int)) throws {
    let results = try MicroKernelTests.names.map {
      Results(try #require(ck_find($0)).pointee, rows: extents.0, channels: extents.1)
    }
    for other in results.dropFirst() { #expect(other == results[0]) }
  }

  @Test("leave what is not a number to be seen")
  func notANumber() throws {
    for name in MicroKernelTests.names {
      let table = try #require(ck_find(name)).pointee
      let ones = [Float](repeating: 1, count: 40)
      var x = ones
      (x[3], x[39]) = (.nan, .nan)
      var y = [Float](repeating: 0, count: 40)
      withPointers(x, ones, [ones]) { x, _, v in
        table.norm_apply(
          1, 40, ck_normalized(first: x, scale: v[0], shift: v[0]),
          ck_normalized(first: nil, scale: nil, shift: nil), 1, &y, 0)
      }
      #expect(y[3].isNaN && y[39].isNaN && y[4] == 2, "\(name)")
    }
  }
}

/// Calls `body` with pointers to all of them.
private func withPointers(
  _ a: [Float], _ b: [Float], _ vectors: [[Float]],
  _ body: (UnsafePointer<Float>, UnsafePointer<Float>, [UnsafePointer<Float>]) -> Void
) {
  let buffers = ([a, b] + vectors).map { AlignedBuffer($0) }
  let pointers = buffers.map { UnsafePointer($0.pointer) }
  body(pointers[0], pointers[1], Array(pointers[2...]))
  withExtendedLifetime(buffers) {}
}
