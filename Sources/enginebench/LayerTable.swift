import Kernels

/// The pieces of one step by layer and pass, with their share of the step and of what the machine
/// can multiply and add.
struct LayerTable: Encodable {
  /// One pass of one layer.
  struct Row: Encodable {
    var name: String
    var pass: WorkClock.Pass
    var kind: String?
    var kernel: String?
    var seconds: Double
    /// Of a direct convolution, whatever computed it; nil where operations do not matter.
    var gflops: Double?
    /// Of the step's time.
    var share: Double
    /// `gflops` over the machine's multiply-adds.
    var shareOfMultiplyAdds: Double?
  }

  var title: String
  var imagesPerSecond: Double
  var secondsPerStep: Double
  /// Of the machine, measured before and after the steps; the better one.
  var multiplyAddGFLOPS: Double
  var rows: [Row]

  init(title: String, batch: Int, pieces: [WorkClock.Piece], multiplyAdds: Double) {
    let total = pieces.reduce(0) { $0 + $1.seconds }
    self.title = title
    secondsPerStep = total
    imagesPerSecond = Double(batch) / total
    multiplyAddGFLOPS = multiplyAdds / 1e9
    rows = pieces.map { piece in
      let rate = piece.operations > 0 ? piece.operations / piece.seconds : nil
      return Row(
        name: piece.name, pass: piece.pass, kind: piece.kind, kernel: piece.kernel,
        seconds: piece.seconds, gflops: rate.map { $0 / 1e9 }, share: piece.seconds / total,
        shareOfMultiplyAdds: rate.map { $0 / multiplyAdds })
    }
  }

  /// A layer's rows on one line; then the kinds, and the sum.
  func print() {
    Swift.print(title)
    Swift.print(
      "  \(fixed(imagesPerSecond, 2)) images/s, \(fixed(secondsPerStep * 1e3, 2)) ms a step;"
        + " the machine multiplies and adds \(fixed(multiplyAddGFLOPS, 1)) GFLOP/s")
    Swift.print("  GFLOP/s count a direct convolution's operations: Winograd's may exceed 100 %.")
    Swift.print()
    printLines("layer", rows, by: \.name)
    Swift.print()
    printLines("kind", rows, by: \.group)
  }

  private func printLines(_ heading: String, _ rows: [Row], by key: (Row) -> String) {
    let names = rows.map(key).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let width = 2 + (names.map(\.count).max() ?? 0)
    func line(_ name: String, _ columns: [String], _ share: Double, _ kernels: String) -> String {
      column(name, width, left: true) + columns.joined() + column(percent(share), 8) + "  "
        + kernels
    }
    let titles = ["forward", "backward data", "backward weights", "backward, both"]
    Swift.print(column("", width) + titles.map { column($0, 21) }.joined())
    Swift.print(
      column(heading, width, left: true)
        + titles.map { _ in "      ms GFLOP/s  %FMA" }.joined() + "    share  kernel")
    for name in names {
      let mine = rows.filter { key($0) == name }
      let kernels = Set(mine.compactMap(\.kernel)).sorted().joined(separator: ", ")
      Swift.print(line(name, columns(mine), mine.reduce(0) { $0 + $1.share }, kernels))
    }
    Swift.print(line("sum", columns(rows), rows.reduce(0) { $0 + $1.share }, ""))
  }

  /// Milliseconds, GFLOP/s and share of the multiply-adds of each pass.
  private func columns(_ rows: [Row]) -> [String] {
    let passes: [WorkClock.Pass] = [.forward, .backwardData, .backwardWeights, .backward]
    return passes.map { pass in
      // What is neither stands where there is room: its name says what it is.
      let mine = rows.filter { $0.pass == pass || pass == .forward && $0.pass == .other }
      guard !mine.isEmpty else { return column("", 21) }
      let seconds = mine.reduce(0) { $0 + $1.seconds }
      let operations = mine.reduce(0) { $0 + ($1.gflops ?? 0) * $1.seconds }
      let rate = operations / seconds
      let rates =
        operations == 0
        ? column("", 13)
        : column(fixed(rate, 1), 8) + column(percent(rate / multiplyAddGFLOPS), 5)
      return column(fixed(seconds * 1e3, 2), 8) + rates
    }
  }

  private func percent(_ share: Double) -> String {
    share < 0.0995 ? fixed(share * 100, 1) + "%" : fixed(share * 100, 0) + "%"
  }
}

extension LayerTable.Row {
  /// What it is summed with.
  fileprivate var group: String {
    if let kind { return kind }
    if name.hasPrefix("layer") { return "blocks: norms, ReLU, additions" }
    return name == "stem" ? "stem: norm, ReLU, pool" : name
  }
}
