import CKernels
import CKernels.Table
import Tensors
import Testing

/// What the loops in C do to a sum before they write it, in every implementation.
@Suite("Finished sums") struct EpilogueTests {
  private static func epilogue(
    _ sums: [Float], shift: [Float], addend: [Float]?, gate: [Float]? = nil, rectifies: Bool
  ) -> [Float] {
    sums.indices.map { i in
      var sum = sums[i] + shift[i % shift.count]
      if let addend { sum += addend[i] }
      if let gate, gate[i] <= 0 { sum = 0 }
      return rectifies && sum < 0 ? 0 : sum
    }
  }

  /// A product, the rows of whose result lie at pointers where `isScattered`.
  private static func product(
    _ table: ck_table, rows: Int, depth: Int, columns: Int, isNonTemporal: Bool, isScattered: Bool,
    epilogue: (shift: [Float], addend: [Float]?, gate: [Float]?, rectifies: Bool)?
  ) -> [Float] {
    let panels = (columns + table.panel_width - 1) / table.panel_width
    let (a, b) = (
      MicroKernelTests.numbers(rows * depth, 1), MicroKernelTests.numbers(depth * columns, 2)
    )
    var packed = [Float](repeating: .nan, count: panels * table.panel_width * depth)
    table.pack(depth, columns, b, columns, 0, panels, &packed, depth)
    var scratch = [Float](repeating: .nan, count: ck_multiply_scratch())
    let c = UnsafeMutableRawPointer.allocate(byteCount: rows * columns * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: rows * columns)
    defer { c.deallocate() }
    let shift = (epilogue?.shift ?? []) + [Float](repeating: 0, count: 32)
    let beside = [epilogue?.addend, epilogue?.gate].map { $0.map { AlignedBuffer($0) } }
    defer { withExtendedLifetime(beside) {} }
    let distances = beside.map {
      $0.map { UnsafeRawPointer($0.pointer) - UnsafeRawPointer(c) } ?? 0
    }
    do {
      shift.withUnsafeBufferPointer { shift in
        a.withUnsafeBufferPointer { a in
          var told = ck_epilogue(
            shift: shift.baseAddress!, addend: distances[0], gate: distances[1],
            rectifies: epilogue?.rectifies == true ? 1 : 0)
          let source = ck_rows(
            starts: nil, first: a.baseAddress!, pitch: depth, segments: 1, length: depth,
            scale: nil, shift: nil, following: 0)
          let starts: [UnsafeMutablePointer<Float>?] = (0..<rows).map { c + $0 * columns }
          withUnsafePointer(to: &told) { told in
            starts.withUnsafeBufferPointer { starts in
              let result = ck_result(
                starts: isScattered ? starts.baseAddress! : nil, first: c, pitch: columns,
                non_temporal: isNonTemporal ? 1 : 0, epilogue: epilogue == nil ? nil : told,
                sums: nil)
              table.multiply(
                rows, columns, 0, panels, source, packed, depth, result, 0, &scratch)
            }
          }
        }
      }
    }
    return Array(UnsafeBufferPointer(start: c, count: rows * columns))
  }

  @Test(
    "are the sums and then the additions, bit for bit", arguments: MicroKernelTests.names,
    [(15, 64, 64), (141, 48, 33), (31, 1100, 40), (7, 3, 5), (29, 96, 96)])
  func products(_ name: String, _ extents: (rows: Int, depth: Int, columns: Int)) throws {
    let table = try #require(ck_find(name)).pointee
    let (rows, depth, columns) = extents
    let shift = MicroKernelTests.numbers(columns, 3)
    let numbers = MicroKernelTests.numbers(rows * columns, 4)
    for isScattered in [false, true] {
      for isNonTemporal in [false, true] {
        let sums = Self.product(
          table, rows: rows, depth: depth, columns: columns, isNonTemporal: isNonTemporal,
          isScattered: isScattered, epilogue: nil)
        let gate = MicroKernelTests.numbers(rows * columns, 5)
        for (addend, gate, rectifies) in [
          (nil, nil, false), (nil, gate, true), (numbers, nil, false), (numbers, nil, true),
          (numbers, gate, false),
        ] {
          let finished = Self.product(
            table, rows: rows, depth: depth, columns: columns, isNonTemporal: isNonTemporal,
            isScattered: isScattered, epilogue: (shift, addend, gate, rectifies))
          #expect(
            finished
              == Self.epilogue(
                sums, shift: shift, addend: addend, gate: gate, rectifies: rectifies),
            "\(extents), isNonTemporal \(isNonTemporal), scattered \(isScattered)")
        }
      }
    }
  }

  @Test("of Winograd's tiles are too", arguments: MicroKernelTests.names)
  func tiles(_ name: String) throws {
    let table = try #require(ck_find(name)).pointee
    let (channels, plane) = (48, 64)
    let axis = ck_axis(points: 6, taps: 3)
    let axes = ck_axes(rows: axis, columns: axis)
    let places = (0..<36).map { $0 * plane }
    let m = MicroKernelTests.numbers(36 * plane, 5)
    let shift = MicroKernelTests.numbers(channels, 6)
    let addend = MicroKernelTests.numbers(16 * channels, 7)
    let gate = MicroKernelTests.numbers(16 * channels, 8)
    func output(_ finishes: Bool) -> [Float] {
      var y = [Float](repeating: 9, count: 16 * channels)
      y.withUnsafeMutableBufferPointer { y in
        // One pixel lies outside the image.
        let pixels = (0..<16).map { $0 == 5 ? nil : y.baseAddress! + $0 * channels }
        shift.withUnsafeBufferPointer { shift in
          addend.withUnsafeBufferPointer { addend in
            gate.withUnsafeBufferPointer { gate in
              let start = UnsafeRawPointer(y.baseAddress!)
              var told = ck_epilogue(
                shift: shift.baseAddress!,
                addend: UnsafeRawPointer(addend.baseAddress!) - start,
                gate: UnsafeRawPointer(gate.baseAddress!) - start, rectifies: 1)
              withUnsafePointer(to: &told) {
                table.winograd_output(
                  axes, m, places, channels, finishes ? $0 : nil, nil, pixels, nil)
              }
            }
          }
        }
      }
      return y
    }
    var expected = Self.epilogue(
      output(false), shift: shift, addend: addend, gate: gate, rectifies: true)
    for i in 5 * channels..<6 * channels { expected[i] = 9 }
    #expect(output(true) == expected)
  }
}
