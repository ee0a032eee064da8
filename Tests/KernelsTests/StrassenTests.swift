import CKernels
import CKernels.Table
import Testing

/// Products by Strassen's method, in every compiled implementation that this processor runs.
@Suite("Products by Strassen's method") struct StrassenTests {
  /// An odd number of pairs and a ragged tile; then two blocks of k.
  static let extents = [
    MicroKernelTests.Extents(rows: 2, segments: 1, length: 32, columns: 64),
    MicroKernelTests.Extents(rows: 150, segments: 1, length: 96, columns: 128, normalizes: true),
    MicroKernelTests.Extents(rows: 34, segments: 1, length: 1024, columns: 64),
  ]

  private static func packed(
    _ table: ck_table, _ extents: MicroKernelTests.Extents, _ b: [Float], transposed: Bool = false
  ) -> [Float] {
    let (k, n) = (extents.depth, extents.columns)
    let panels = n / 2 / table.panel_width
    var packed = [Float](repeating: .nan, count: ck_strassen_packed_count(k, n))
    for (first, end) in [(0, panels / 2), (panels / 2, panels)] {
      if transposed {
        table.strassen_pack_transposed(k, n, b, first, end, 0, &packed)
      } else {
        table.strassen_pack(k, n, b, first, end, &packed)
      }
    }
    return packed
  }

  /// - Parameter first: rows of the first of two calls.
  private static func product(
    _ table: ck_table, _ extents: MicroKernelTests.Extents, _ b: [Float], adds: Bool, first: Int,
    isNonTemporal: Bool = false
  ) -> [Float] {
    let n = extents.columns
    let factors = packed(table, extents, b)
    var scratch = [Float](repeating: .nan, count: ck_strassen_scratch())
    let panels = n / 2 / table.panel_width
    // On a line, as streamed results must be.
    let c = UnsafeMutableRawPointer.allocate(byteCount: extents.rows * n * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: extents.rows * n)
    defer { c.deallocate() }
    c.initialize(repeating: adds ? 2 : .nan, count: extents.rows * n)
    MicroKernelTests.Rows(extents).with { a in
      for (top, count) in [(0, first), (first, extents.rows - first)] {
        var part = a
        part.starts += top
        let result = ck_result(
          starts: nil, first: c + top * n, pitch: n, non_temporal: isNonTemporal ? 1 : 0,
          epilogue: nil,
          sums: nil)
        for (begin, end) in [(0, panels / 2), (panels / 2, panels)] {
          table.strassen_multiply(
            count, n, begin, end, part, nil, factors, result, adds ? 1 : 0, &scratch)
        }
      }
    }
    return Array(UnsafeBufferPointer(start: c, count: extents.rows * n))
  }

  @Test(
    "are those of double precision, added where asked", arguments: MicroKernelTests.names, extents)
  func products(_ name: String, _ extents: MicroKernelTests.Extents) throws {
    let table = try #require(ck_find(name)).pointee
    let rows = MicroKernelTests.Rows(extents)
    let (n, b) = (extents.columns, MicroKernelTests.numbers(extents.depth * extents.columns, 4))
    /// The largest error beside the largest Σ |a b|: errors of sums of quadrants are as large as those
    /// of the quadrants, even where the elements of the result are small.
    func worst(_ actual: [Float], start: Double) -> Double {
      var (difference, size) = (0.0, 0.0)
      for (i, value) in actual.enumerated() {
        let terms = (0..<extents.depth).map { rows[i / n, $0] * Double(b[$0 * n + i % n]) }
        let wanted = terms.reduce(start, +)
        difference = max(difference, value.isFinite ? abs(Double(value) - wanted) : .infinity)
        size = max(size, terms.reduce(abs(start)) { $0 + abs($1) })
      }
      return difference / size
    }
    let written = Self.product(table, extents, b, adds: false, first: 0)
    #expect(worst(written, start: 0) < 1e-6)
    let added = Self.product(table, extents, b, adds: true, first: 0)
    #expect(worst(added, start: 2) < 1e-6)
    // Bits depend neither on an even cut nor on how the result is written.
    let cut = extents.rows / 4 * 2
    #expect(written == Self.product(table, extents, b, adds: false, first: cut))
    #expect(
      written == Self.product(table, extents, b, adds: false, first: cut, isNonTemporal: true))
  }

  @Test(
    "have the same bits where panels are packed as they are met",
    arguments: MicroKernelTests.names, extents)
  func panels(_ name: String, _ extents: MicroKernelTests.Extents) throws {
    let table = try #require(ck_find(name)).pointee
    let (rows, k, n) = (extents.rows, extents.depth, extents.columns)
    let b = MicroKernelTests.numbers(k * n, 4)
    let transposed = (0..<k * n).map { b[$0 % k * n + $0 / k] }
    let panels = n / 2 / table.panel_width
    for adds in [false, true] {
      let expected = Self.product(table, extents, b, adds: adds, first: 0)
      for (isTransposed, b): (Int32, [Float]) in [(0, b), (1, transposed)] {
        var factors = [Float](repeating: .nan, count: ck_strassen_formed_count(rows, k))
        var scratch = [Float](repeating: .nan, count: ck_strassen_panel_scratch(k))
        var c = [Float](repeating: adds ? 2 : .nan, count: rows * n)
        MicroKernelTests.Rows(extents).with { a in
          factors.withUnsafeMutableBufferPointer { factors in
            let cut = rows / 4 * 2
            for (top, count) in [(0, cut), (cut, rows - cut)] {
              var part = a
              part.starts += top
              table.strassen_form(
                count, rows, part, nil,
                factors.baseAddress! + top / 2 * ck_strassen_formed_pitch(k))
            }
          }
        }
        c.withUnsafeMutableBufferPointer { c in
          let result = ck_result(
            starts: nil, first: c.baseAddress!, pitch: n, non_temporal: 0, epilogue: nil, sums: nil
          )
          for panel in 0..<panels {
            table.strassen_multiply_panel(
              rows, k, n, panel, panel + 1 < panels ? panel + 1 : -1, factors, b, isTransposed,
              result, adds ? 1 : 0, &scratch)
          }
        }
        #expect(c == expected, "\(isTransposed) \(adds)")
      }
    }
  }

  @Test("have the same factors of transposed matrices", arguments: MicroKernelTests.names, extents)
  func packing(_ name: String, _ extents: MicroKernelTests.Extents) throws {
    let table = try #require(ck_find(name)).pointee
    let (k, n) = (extents.depth, extents.columns)
    let b = MicroKernelTests.numbers(k * n, 5)
    let transposed = (0..<k * n).map { b[$0 % k * n + $0 / k] }
    let plain = Self.packed(table, extents, b)
    #expect(plain == Self.packed(table, extents, transposed, transposed: true))
    #expect(plain.filter { !$0.isFinite }.isEmpty)
  }

  @Test("have the same bits with fused multiply-add, whatever the vectors", arguments: extents)
  func sameBits(_ extents: MicroKernelTests.Extents) {
    let tables = ["avx512", "avx2"].compactMap { (name: String) in ck_find(name)?.pointee }
    let b = MicroKernelTests.numbers(extents.depth * extents.columns, 4)
    let results = tables.map { Self.product($0, extents, b, adds: false, first: 0) }
    #expect(Set(results).count <= 1)
  }

  /// dw of a's extents, with normalised rows where these say so, and rows of so many numbers.
  private static func gradient(
    _ table: ck_table, _ extents: MicroKernelTests.Extents, adds: Bool
  ) -> [Float] {
    let other = MicroKernelTests.Extents(
      rows: extents.rows, segments: 1, length: extents.columns, columns: 1)
    var scratch = [Float](repeating: .nan, count: ck_strassen_gradient_scratch(extents.length))
    var dw = [Float](repeating: adds ? 2 : .nan, count: extents.length * extents.columns)
    MicroKernelTests.Rows(extents).with { a in
      MicroKernelTests.Rows(other).with { b in
        table.strassen_gradient(
          extents.rows, a, b, &dw, extents.columns, adds ? 1 : 0, &scratch)
      }
    }
    return dw
  }

  /// One pair; a ragged tile and rows that are cut into blocks of 182 and 180; several panels.
  static let gradients = [
    MicroKernelTests.Extents(rows: 2, segments: 1, length: 64, columns: 64),
    MicroKernelTests.Extents(rows: 362, segments: 1, length: 64, columns: 128, normalizes: true),
    MicroKernelTests.Extents(rows: 34, segments: 1, length: 192, columns: 256),
  ]

  @Test(
    "summed over rows are those of double precision, added where asked",
    arguments: MicroKernelTests.names, gradients)
  func summed(_ name: String, _ extents: MicroKernelTests.Extents) throws {
    let table = try #require(ck_find(name)).pointee
    let a = MicroKernelTests.Rows(extents)
    let b = MicroKernelTests.numbers(extents.rows * extents.columns, 1)
    for (adds, start) in [(false, 0.0), (true, 2)] {
      let actual = Self.gradient(table, extents, adds: adds)
      var (difference, size) = (0.0, 0.0)
      for (i, value) in actual.enumerated() {
        let (row, column) = i.quotientAndRemainder(dividingBy: extents.columns)
        let terms = (0..<extents.rows).map { a[$0, row] * Double(b[$0 * extents.columns + column]) }
        let wanted = terms.reduce(start, +)
        difference = max(difference, value.isFinite ? abs(Double(value) - wanted) : .infinity)
        size = max(size, terms.reduce(start) { $0 + abs($1) })
      }
      #expect(difference / size < 1e-6)
    }
  }

  @Test("summed over rows have the same bits, whatever the vectors", arguments: gradients)
  func sameGradients(_ extents: MicroKernelTests.Extents) {
    let tables = ["avx512", "avx2"].compactMap { (name: String) in ck_find(name)?.pointee }
    #expect(Set(tables.map { Self.gradient($0, extents, adds: false) }).count <= 1)
  }

  @Test("cannot be cut where channels are no pairs of panels or k no pairs of vectors")
  func extentsThatFit() {
    #expect(ck_strassen_fits(64, 64) != 0)
    #expect(ck_strassen_fits(1024, 2048) != 0)
    #expect(ck_strassen_fits(544, 64) == 0, "two blocks of 272 have halves of 136")
    #expect(ck_strassen_fits(64, 96) == 0)
    #expect(ck_strassen_fits(48, 64) == 0)
    #expect(ck_strassen_fits(0, 64) == 0)
  }
}
