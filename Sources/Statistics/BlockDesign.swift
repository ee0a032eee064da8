/// Treatments compared on the same blocks, such as strategies on the same seeds: what is left of the
/// values once each treatment's and each block's mean is taken out (randomised blocks; H. Scheffé, "The
/// Analysis of Variance", 1959, chapter 4).
///
/// With S treatments and n blocks the rest has (S − 1)(n − 1) degrees of freedom, so that two or three
/// seeds of many strategies tell together what a single one cannot. Where seeds matter to all strategies
/// alike, as where they divide the data, that part is in the blocks and in no difference.
public struct BlockDesign: Hashable, Sendable {
  /// Of each treatment: the mean square of its rest; `nil` for a treatment with less than two values in
  /// blocks that it shares with another one.
  public let variances: [Variance?]
  /// Degrees of freedom of the whole rest; 0 where nothing is left.
  public let degrees: Double

  /// A mean square and its degrees of freedom, a part of the whole rest's.
  public struct Variance: Hashable, Sendable {
    public let value: Double
    public let degrees: Double
  }

  /// - Parameter values: a row a treatment, a column a block, all rows equally long; `nil` where a
  ///   treatment lacks a block.
  public init(_ values: [[Double?]]) {
    let blocks = values.first?.count ?? 0
    precondition(values.allSatisfy { $0.count == blocks })
    // A block with one value says nothing of differences.
    let uses = (0..<blocks).map { block in values.count { $0[block] != nil } }
    let shared = values.map { row in row.indices.map { uses[$0] > 1 ? row[$0] : nil } }
    let counts = shared.map { $0.count { $0 != nil } }
    let parameters = counts.count { $0 > 0 } + uses.count { $0 > 1 } - 1
    let total = counts.reduce(0, +)
    degrees = total == 0 ? 0 : max(0, Double(total - parameters))
    let spare = counts.reduce(0) { $0 + max(0, $1 - 1) }
    guard degrees > 0, spare > 0 else {
      variances = values.map { _ in nil }
      return
    }
    let rest = Self.rest(of: shared)
    variances = zip(counts, rest).map { [degrees] count, rest in
      guard count > 1 else { return nil }
      let own = degrees * Double(count - 1) / Double(spare)
      return Variance(
        value: rest.reduce(0) { $0 + ($1 ?? 0) * ($1 ?? 0) } / own, degrees: own)
    }
  }

  /// The mean square of the whole rest; `nil` without one.
  public var meanSquare: Double? {
    guard degrees > 0 else { return nil }
    return variances.compactMap(\.self).reduce(0) { $0 + $1.value * $1.degrees } / degrees
  }

  /// Values without the means of rows and columns, by alternating between both: with every value there,
  /// the first turn is exact.
  private static func rest(of values: [[Double?]]) -> [[Double?]] {
    var rest = values
    let columns = values.first?.count ?? 0
    func mean(_ values: [Double?]) -> Double {
      let present = values.compactMap(\.self)
      return present.isEmpty ? 0 : present.reduce(0, +) / Double(present.count)
    }
    for _ in 0..<200 {
      var change = 0.0
      for row in rest.indices {
        let own = mean(rest[row])
        rest[row] = rest[row].map { $0.map { $0 - own } }
        change = max(change, abs(own))
      }
      for column in 0..<columns {
        let own = mean(rest.map { $0[column] })
        for row in rest.indices { rest[row][column] = rest[row][column].map { $0 - own } }
        change = max(change, abs(own))
      }
      if change < 1e-15 { break }
    }
    return rest
  }
}
