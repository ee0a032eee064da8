import CKernels
import CKernels.BFloat16Sets
import TestSupport
import Testing

/// What `Tests/References/kernels_bfloat16_golden.py` wrote, as bit patterns.
private struct GoldenBFloat16: Decodable {
  /// A row of 32 numbers and a column of 32, what their product is added to, and the sums.
  struct Sum: Decodable {
    let kind: String
    let a: [UInt16]
    let b: [UInt16]
    let c: UInt32
    let amx: UInt32
    let avx512bf16: UInt32
  }

  /// Pairs of a float and its bfloat16.
  let rounding: [[UInt32]]
  let sums: [Sum]
}

@Suite("bfloat16: rounding and the sums of each set of instructions")
struct BFloat16Tests {
  /// The sets and models that this processor runs.
  static let names = ["amx", "avx512bf16", "portable", "amx-model", "avx512bf16-model"].filter {
    (name: String) in ck_bf16_find(name) != nil
  }

  /// Sets of instructions that this processor has and that a model defines.
  static let modelled = ["amx", "avx512bf16"].filter { (name: String) in
    ck_bf16_find(name) != nil
  }

  static func table(_ name: String) throws -> ck_bf16_table {
    try #require(ck_bf16_find(name)).pointee
  }

  @Test("Every set rounds as PyTorch does, and numbers below 2⁻¹²⁶ to zero", arguments: names)
  func rounding(_ name: String) throws {
    let golden = try fixture("bfloat16.json", as: GoldenBFloat16.self).rounding
    let x = golden.map { Float(bitPattern: $0[0]) }
    var y = [UInt16](repeating: 7, count: x.count)
    try Self.table(name).round(x.count, x, &y)
    for (index, pair) in golden.enumerated() {
      #expect(UInt32(y[index]) == pair[1], "\(String(pair[0], radix: 16))")
    }
  }

  @Test("Widening what was rounded changes nothing")
  func widening() {
    let all = (UInt16.min...UInt16.max).map { $0 }
    var wide = [Float](repeating: 0, count: all.count)
    ck_bf16_widen(all.count, all, &wide)
    for (index, number) in all.enumerated() {
      #expect(wide[index].bitPattern == UInt32(number) << 16)
    }
  }

  @Test("Every set gives the sums that exact rational arithmetic gives", arguments: names)
  func sums(_ name: String) throws {
    let golden = try fixture("bfloat16.json", as: GoldenBFloat16.self).sums
    #expect(golden.count == 220)
    for (index, sum) in golden.enumerated() {
      // Without fused multiply-adds the answer is defined in the range of floats only.
      if name == "portable" && sum.kind != "ordinary" { continue }
      var packed = [UInt16](repeating: 0, count: ck_bf16_packed_count(32, 1))
      ck_bf16_pack_rounded(32, 32, 1, sum.b, 1, &packed)
      var c = [Float(bitPattern: sum.c)]
      try Self.table(name).multiply(1, 32, 1, sum.a, 32, packed, &c, 1, 1)
      let expected = Float(bitPattern: name.hasPrefix("amx") ? sum.amx : sum.avx512bf16)
      let isSame = c[0].bitPattern == expected.bitPattern || (c[0].isNaN && expected.isNaN)
      #expect(isSame, "\(index) \(sum.kind): \(c[0]), not \(expected)")
    }
  }

  struct Extents: CustomTestStringConvertible {
    var rows: Int
    var depth: Int
    var columns: Int
    var testDescription: String { "\(rows)×\(depth)×\(columns)" }
  }

  static let extents = [
    Extents(rows: 1, depth: 32, columns: 1), Extents(rows: 32, depth: 64, columns: 32),
    Extents(rows: 45, depth: 96, columns: 70), Extents(rows: 15, depth: 2048, columns: 17),
    Extents(rows: 61, depth: 64, columns: 33),
  ]

  /// Bit patterns from a small generator; of `anything`, infinities and NaN among them, or of
  /// numbers around 1.
  static func patterns(_ count: Int, seed: UInt64, anything: Bool = false) -> [UInt16] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bits = UInt16(truncatingIfNeeded: state >> 40)
      return anything ? bits : bits & 0x80FF | (bits & 0x0100) | 0x3F00
    }
  }

  /// a · b, or c + a · b, with one set.
  static func product(
    _ name: String, _ e: Extents, adds: Bool, anything: Bool = false
  ) throws -> [Float] {
    let a = patterns(e.rows * e.depth, seed: 1, anything: anything)
    let b = patterns(e.depth * e.columns, seed: 2, anything: anything)
    var packed = [UInt16](repeating: 9, count: ck_bf16_packed_count(e.depth, e.columns))
    ck_bf16_pack_rounded(e.depth, e.depth, e.columns, b, e.columns, &packed)
    var c = (0..<e.rows * e.columns).map { Float($0 % 7) / 3 }
    try table(name).multiply(
      e.rows, e.depth, e.columns, a, e.depth, packed, &c, e.columns, adds ? 1 : 0)
    return c
  }

  @Test("The processor gives what the model of its instructions gives", arguments: extents)
  func hardware(_ e: Extents) throws {
    for set in Self.modelled {
      for (adds, anything) in [(false, false), (true, false), (false, true), (true, true)] {
        let actual = try Self.product(set, e, adds: adds, anything: anything)
        let expected = try Self.product(
          "\(set)-model", e, adds: adds, anything: anything)
        let same = zip(actual, expected).allSatisfy {
          $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
        }
        #expect(same, "\(set)")
      }
    }
  }

  @Test(
    "Any processor gives the sums of AVX512-BF16 within the range of floats", arguments: extents)
  func portable(_ e: Extents) throws {
    for adds in [false, true] {
      let actual = try Self.product("portable", e, adds: adds)
      #expect(try actual == Self.product("avx512bf16-model", e, adds: adds))
    }
  }

  @Test("Sums do not depend on how rows, columns and depth are cut", arguments: names)
  func cuts(_ name: String) throws {
    let e = Extents(rows: 45, depth: 96, columns: 70)
    let whole = try Self.product(name, e, adds: false)
    let a = Self.patterns(e.rows * e.depth, seed: 1)
    let b = Self.patterns(e.depth * e.columns, seed: 2)
    var c = [Float](repeating: 3, count: whole.count)
    for (depth, count) in [(0, 64), (64, 32)] {
      var packed = [UInt16](repeating: 0, count: ck_bf16_packed_count(count, e.columns))
      ck_bf16_pack_rounded(
        count, count, e.columns, Array(b[(depth * e.columns)...]), e.columns, &packed)
      for (row, rows) in [(0, 17), (17, 1), (18, 27)] {
        for (column, columns) in [(0, 32), (32, 38)] {
          a.withUnsafeBufferPointer { a in
            packed.withUnsafeBufferPointer { packed in
              c.withUnsafeMutableBufferPointer { c in
                ck_bf16_find(name).pointee.multiply(
                  rows, count, columns, a.baseAddress! + row * e.depth + depth, e.depth,
                  packed.baseAddress! + column * count,
                  c.baseAddress! + row * e.columns + column, e.columns, depth > 0 ? 1 : 0)
              }
            }
          }
        }
      }
    }
    #expect(c == whole)
  }

  @Test("The set in use is one that this processor runs")
  func chosen() {
    let name = String(cString: ck_bf16_set())
    #expect(["amx", "avx512bf16", "portable"].contains(name))
    #expect(Self.names.contains(name))
  }
}
