import CKernels
import CKernels.Table
import Testing

/// Every compiled implementation of the inner loops that this processor runs.
@Suite struct MicroKernelTests {
  static let names = ["avx512", "avx2", "portable"].filter { (name: String) in
    ck_find(name) != nil
  }

  static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { Float(($0 * 7919 + seed * 104_729) % 4001 - 2000) / 2048 }
  }

  struct Extents: CustomTestStringConvertible {
    var rows: Int
    var segments: Int
    var length: Int
    var columns: Int
    var normalizes = false
    var depth: Int { segments * length }
    var testDescription: String { "\(rows)×\(segments)·\(length)×\(columns) \(normalizes)" }
  }

  static let extents = [
    Extents(rows: 1, segments: 1, length: 1, columns: 1),
    Extents(rows: 15, segments: 1, length: 3, columns: 7),
    Extents(rows: 29, segments: 7, length: 21, columns: 64),
    Extents(rows: 141, segments: 1, length: 64, columns: 33),
    Extents(rows: 300, segments: 9, length: 64, columns: 40, normalizes: true),
    Extents(rows: 17, segments: 1, length: 1100, columns: 48, normalizes: true),
  ]

  /// Rows of a, some of whose runs are missing, and what they hold once they are read.
  struct Rows {
    var storage: [Float]
    var isMissing: [Bool]
    let scale: [Float]
    let shift: [Float]
    let extents: Extents

    init(_ extents: Extents) {
      self.extents = extents
      storage = numbers(extents.rows * extents.depth, 1)
      let runs = extents.rows * extents.segments
      isMissing = (0..<runs).map { extents.segments > 1 && $0 % 5 == 2 }
      scale = numbers(extents.length, 2)
      shift = numbers(extents.length, 3)
    }

    subscript(row: Int, p: Int) -> Double {
      let e = extents
      if isMissing[row * e.segments + p / e.length] { return 0 }
      let x = Double(storage[row * e.depth + p])
      guard e.normalizes else { return x }
      let i = p % e.length
      return max(0, Double(scale[i]) * x + Double(shift[i]))
    }

    func with(_ body: (ck_rows) -> Void) {
      let e = extents
      storage.withUnsafeBufferPointer { storage in
        scale.withUnsafeBufferPointer { scale in
          shift.withUnsafeBufferPointer { shift in
            let starts = isMissing.enumerated().map { index, isMissing in
              isMissing ? nil : Optional(storage.baseAddress! + index * e.length)
            }
            starts.withUnsafeBufferPointer {
              body(
                ck_rows(
                  starts: $0.baseAddress!, first: nil, pitch: 0, segments: e.segments,
                  length: e.length, scale: e.normalizes ? scale.baseAddress! : nil,
                  shift: e.normalizes ? shift.baseAddress! : nil, following: 0))
            }
          }
        }
      }
    }
  }

  static func worst(_ actual: [Float], _ expected: (Int) -> Double) -> Double {
    var (difference, size) = (0.0, 1e-30)
    for (i, value) in actual.enumerated() {
      let wanted = expected(i)
      difference = max(difference, value.isFinite ? abs(Double(value) - wanted) : .infinity)
      size = max(size, abs(wanted))
    }
    return difference / size
  }

  static func product(
    _ table: ck_table, _ rows: Rows, _ b: [Float], adds: Bool, first: Int,
    isNonTemporal: Bool = false
  ) -> [Float] {
    let e = rows.extents
    let panels = (e.columns + table.panel_width - 1) / table.panel_width
    var packed = [Float](repeating: .nan, count: panels * table.panel_width * e.depth)
    var scratch = [Float](repeating: .nan, count: ck_multiply_scratch())
    var c = [Float](repeating: adds ? 2 : .nan, count: e.rows * e.columns)
    let half = panels / 2
    rows.with { a in
      c.withUnsafeMutableBufferPointer { c in
        table.pack(e.depth, e.columns, b, e.columns, 0, panels, &packed, e.depth)
        // In two halves of rows and of panels: the cut must not matter.
        for (top, count) in [(0, first), (first, e.rows - first)] {
          var part = a
          part.starts += top * e.segments
          let result = ck_result(
            starts: nil, first: c.baseAddress! + top * e.columns, pitch: e.columns,
            non_temporal: isNonTemporal ? 1 : 0, epilogue: nil, sums: nil)
          for (begin, end) in [(0, half), (half, panels)] {
            table.multiply(
              count, e.columns, begin, end, part, packed, e.depth, result, adds ? 1 : 0, &scratch)
          }
        }
      }
    }
    return c
  }

  @Test("A product is that of double precision, added where asked", arguments: names, extents)
  func products(_ name: String, _ extents: Extents) throws {
    let table = try #require(ck_find(name)).pointee
    let rows = Rows(extents)
    let b = Self.numbers(extents.depth * extents.columns, 4)
    func expected(_ i: Int, _ start: Double) -> Double {
      (0..<extents.depth).reduce(start) {
        $0 + rows[i / extents.columns, $1] * Double(b[$1 * extents.columns + i % extents.columns])
      }
    }
    let written = Self.product(table, rows, b, adds: false, first: extents.rows / 2)
    #expect(Self.worst(written) { expected($0, 0) } < 2e-6)
    let added = Self.product(table, rows, b, adds: true, first: extents.rows / 2)
    #expect(Self.worst(added) { expected($0, 2) } < 2e-6)
    // Bits depend neither on the cut nor on how the result is written.
    #expect(written == Self.product(table, rows, b, adds: false, first: extents.rows / 3))
  }

  @Test("Transposed matrices are packed like plain ones", arguments: names, extents)
  func packing(_ name: String, _ extents: Extents) throws {
    let table = try #require(ck_find(name)).pointee
    let (k, n) = (extents.depth, extents.columns)
    let b = Self.numbers(k * n, 5)
    let transposed = (0..<k * n).map { b[$0 % k * n + $0 / k] }
    let panels = (n + table.panel_width - 1) / table.panel_width
    var one = [Float](repeating: .nan, count: panels * table.panel_width * k)
    var two = one
    table.pack(k, n, b, n, 0, panels, &one, k)
    table.pack_transposed(k, n, transposed, k, 0, panels, &two, k)
    #expect(one == two)
    #expect(one.filter { !$0.isFinite }.isEmpty)
  }

  @Test("A gradient is that of double precision", arguments: names, extents)
  func gradients(_ name: String, _ extents: Extents) throws {
    let table = try #require(ck_find(name)).pointee
    let rows = Rows(extents)
    let (m, n) = (extents.depth, extents.columns)
    let d = Self.numbers(extents.rows * n, 6)
    var scratch = [Float](repeating: .nan, count: ck_gradient_scratch(m, n))
    var dw = [Float](repeating: 2, count: m * n)
    d.withUnsafeBufferPointer { d in
      let right = ck_rows(
        starts: nil, first: d.baseAddress!, pitch: n, segments: 1, length: n, scale: nil,
        shift: nil, following: 0)
      rows.with { table.gradient(extents.rows, $0, right, &dw, n, 1, &scratch) }
    }
    let worst = Self.worst(dw) { i in
      (0..<extents.rows).reduce(2) { $0 + rows[$1, i / n] * Double(d[$1 * n + i % n]) }
    }
    #expect(worst < 2e-6, "off by \(worst)")
  }

  @Test("Processors with fused multiply-add give the same bits", arguments: extents)
  func sameBits(_ extents: Extents) {
    let tables = ["avx512", "avx2"].compactMap { (name: String) in ck_find(name)?.pointee }
    let b = Self.numbers(extents.depth * extents.columns, 4)
    let results = tables.map {
      Self.product($0, Rows(extents), b, adds: false, first: extents.rows / 2)
    }
    #expect(Set(results).count <= 1)
  }

  @Test("A number that is not one is not hidden by the ReLU", arguments: names)
  func notANumber(_ name: String) throws {
    let table = try #require(ck_find(name)).pointee
    var rows = Rows(Extents(rows: 2, segments: 1, length: 5, columns: 3, normalizes: true))
    rows.storage[7] = .nan
    let c = Self.product(table, rows, Self.numbers(15, 4), adds: false, first: 1)
    #expect(c.map(\.isNaN) == [false, false, false, true, true, true])
  }

  @Test("An implementation that does not exist is not found")
  func unknown() {
    #expect(ck_find("mmx") == nil)
    #expect(Self.names.contains(String(cString: ck_implementation())))
  }
}
