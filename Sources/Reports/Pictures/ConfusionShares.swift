import Metrics
import Statistics

/// Of each class's test images, the shares that were taken for each class, of two strategies.
package struct ConfusionShares {
  /// One cell: images of a class taken for a class, as shares of the class's images.
  package struct Cell: Hashable {
    package let trueClass: Int
    package let predicted: Int
    /// Of the baseline and of the other strategy.
    package let before: Double
    package let after: Double

    package var change: Double { after - before }
    package var isRight: Bool { trueClass == predicted }
    /// Whether more of it is the better: on the diagonal.
    package var isBetter: Bool { (change > 0) == isRight }
  }

  /// Seen classes; places in ``Comparison/classes``.
  package let count: Int
  /// Every cell in which either strategy has an image.
  package let cells: [Cell]

  /// - Parameter comparison: gives the classes; rows of unseen ones are left out.
  package init(_ before: ConfusionMatrix, _ after: ConfusionMatrix, in comparison: Comparison) {
    count = comparison.classes.count
    var shares: [Int: (Double, Double)] = [:]
    for entry in before.entries where entry.trueClass < count {
      shares[entry.trueClass * count + entry.predicted, default: (0, 0)].0 =
        Double(entry.count) / Double(before.rowSum(entry.trueClass))
    }
    for entry in after.entries where entry.trueClass < count {
      shares[entry.trueClass * count + entry.predicted, default: (0, 0)].1 =
        Double(entry.count) / Double(after.rowSum(entry.trueClass))
    }
    let count = count
    cells = shares.sorted { $0.key < $1.key }.map { place, share in
      Cell(
        trueClass: place / count, predicted: place % count, before: share.0, after: share.1)
    }
  }

  /// The cells off the diagonal that change most, of classes with at least `images` test images: those
  /// that shrink or those that grow.
  package func largest(
    growing: Bool, _ limit: Int, images: Int, in comparison: Comparison
  ) -> [Cell] {
    let candidates = cells.filter { cell in
      !cell.isRight && (growing ? cell.change > 0 : cell.change < 0)
        && comparison.classes[cell.trueClass].support.upperBound >= images
    }
    let sorted = candidates.sorted {
      (-abs($0.change), $0.trueClass, $0.predicted) < (-abs($1.change), $1.trueClass, $1.predicted)
    }
    return Array(sorted.prefix(limit))
  }
}

/// The order in which classes stand in confusion maps: those that are mixed up stand together.
package struct ConfusionOrder {
  /// All seen classes, each once.
  package let classes: [Int]
  private let linkage: AverageLinkage
  private let alike: [Int: Double]

  /// Average linkage on 1 − (s_ij + s_ji) / 2, s the shares of a matrix's rows.
  package init(of matrix: ConfusionMatrix, count: Int) {
    var alike: [Int: Double] = [:]
    for entry in matrix.entries where entry.trueClass < count && entry.trueClass != entry.predicted
    {
      let (low, high) = (
        min(entry.trueClass, entry.predicted), max(entry.trueClass, entry.predicted)
      )
      alike[low * count + high, default: 0] +=
        Double(entry.count) / Double(matrix.rowSum(entry.trueClass)) / 2
    }
    func distance(_ a: Int, _ b: Int) -> Double { 1 - (alike[a * count + b] ?? 0) }
    linkage = AverageLinkage(count: count, distance: distance)
    classes = linkage.order(by: distance)
    self.alike = alike
  }

  /// Clusters of 2 to `size` classes with the most change off the diagonal, that with the most first.
  package func blocks(ofAtMost size: Int, _ limit: Int, in shares: ConfusionShares) -> [[Int]] {
    let count = shares.count
    let clusters = linkage.clusters(ofAtMost: size) { 1 - (alike[$0 * count + $1] ?? 0) }
    var cluster = Array(repeating: -1, count: count)
    for (index, members) in clusters.enumerated() {
      for member in members { cluster[member] = index }
    }
    var changes = Array(repeating: 0.0, count: clusters.count)
    for cell in shares.cells
    where !cell.isRight && cluster[cell.trueClass] == cluster[cell.predicted] {
      changes[cluster[cell.trueClass]] += abs(cell.change)
    }
    let chosen = clusters.indices.filter { clusters[$0].count > 1 && changes[$0] > 0 }
      .sorted { (-changes[$0], $0) < (-changes[$1], $1) }
    return chosen.prefix(limit).map { clusters[$0] }
  }
}
