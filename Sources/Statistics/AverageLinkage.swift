/// Hierarchical clustering by average linkage (UPGMA): two clusters are as far apart as their members
/// are on average.
///
/// Sokal and Michener, "A Statistical Method for Evaluating Systematic Relationships", 1958; found by
/// chains of nearest neighbours in O(n²) steps (Murtagh, "A Survey of Recent Advances in Hierarchical
/// Clustering Algorithms", 1983). Of several equal distances the neighbour before in the chain counts,
/// then the item of the smaller number, as in SciPy's `linkage(method='average')`.
public struct AverageLinkage: Hashable, Sendable {
  /// Two clusters that became one.
  public struct Merge: Hashable, Sendable {
    /// The clusters' numbers, the smaller one first: items are 0 ..< n, the cluster of merge k is n + k.
    public let first: Int
    public let second: Int
    /// How far they were apart.
    public let distance: Double
    /// Items in the new cluster.
    public let size: Int
  }

  /// Number of items, n.
  public let count: Int
  /// The n − 1 merges by growing distance.
  public let merges: [Merge]

  /// Clusters `count` items.
  ///
  /// - Parameter distance: of two items; symmetric and finite. It is asked for each pair once, the
  ///   smaller number first.
  public init(count: Int, distance: (Int, Int) -> Double) {
    self.count = count
    var table = DistanceTable(count: count, distance)
    let joins = table.joins()
    var clusters = Array(0..<count)
    var merges: [Merge] = []
    // A join names one item of each cluster; those joined before are found from there.
    func root(_ item: Int, in parents: [Int]) -> Int {
      var root = item
      while parents[root] != root { root = parents[root] }
      return root
    }
    var sizes = Array(repeating: 1, count: count)
    let order = joins.indices.sorted {
      (joins[$0].distance, $0) < (joins[$1].distance, $1)
    }
    for (place, index) in order.enumerated() {
      let join = joins[index]
      let (a, b) = (root(join.a, in: clusters), root(join.b, in: clusters))
      let cluster = count + place
      clusters.append(cluster)
      (clusters[a], clusters[b]) = (cluster, cluster)
      sizes.append(sizes[a] + sizes[b])
      merges.append(
        Merge(first: min(a, b), second: max(a, b), distance: join.distance, size: sizes[cluster]))
    }
    self.merges = merges
  }

  /// The items in an order in which every cluster stands together; each cluster is turned so that the
  /// two ends that meet are near one another.
  ///
  /// - Parameter distance: as of ``init(count:distance:)``.
  public func order(by distance: (Int, Int) -> Double) -> [Int] {
    members(by: distance).last ?? []
  }

  /// The items of every cluster in that order: first the n items themselves, then the merges'.
  ///
  /// The smaller a cluster, the earlier it is turned; a cluster is the order of its first part and then
  /// that of its second, each of them as it is or from its end.
  private func members(by distance: (Int, Int) -> Double) -> [[Int]] {
    var members = (0..<count).map { [$0] }
    for merge in merges {
      let (a, b) = (members[merge.first], members[merge.second])
      let ends = [
        (a[a.count - 1], b[0]), (a[a.count - 1], b[b.count - 1]), (a[0], b[0]),
        (a[0], b[b.count - 1]),
      ].map { distance(min($0, $1), max($0, $1)) }
      let best = ends.indices.min { (ends[$0], $0) < (ends[$1], $1) }!
      members.append(
        (best >= 2 ? a.reversed() : a) + (best % 2 == 1 ? b.reversed() : b))
    }
    return members
  }

  /// The largest clusters of at most `size` items, in the order of ``order(by:)``; together they have
  /// every item once.
  ///
  /// - Precondition: `size` is at least 1.
  public func clusters(ofAtMost size: Int, by distance: (Int, Int) -> Double) -> [[Int]] {
    let order = order(by: distance)
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    let members = members(by: distance)
    var isPart = Array(repeating: false, count: members.count)
    // From the last merge on: a cluster counts where the one that it became part of is too large.
    var found: [[Int]] = []
    for cluster in members.indices.reversed() {
      let fits = members[cluster].count <= size
      if fits, !isPart[cluster] {
        found.append(members[cluster].sorted { places[$0]! < places[$1]! })
      }
      guard cluster >= count, fits else { continue }
      let merge = merges[cluster - count]
      (isPart[merge.first], isPart[merge.second]) = (true, true)
    }
    return found.sorted { places[$0[0]]! < places[$1[0]]! }
  }
}

/// Distances between clusters, each of which goes by the number of one of its items.
private struct DistanceTable {
  private let count: Int
  private var values: [Double]
  private var sizes: [Int]

  init(count: Int, _ distance: (Int, Int) -> Double) {
    self.count = count
    sizes = Array(repeating: 1, count: count)
    values = Array(repeating: 0, count: count * count)
    for a in 0..<count {
      for b in (a + 1)..<max(count, a + 1) {
        let value = distance(a, b)
        (values[a * count + b], values[b * count + a]) = (value, value)
      }
    }
  }

  /// Merges until one cluster is left; the merges in the order in which chains found them.
  mutating func joins() -> [(a: Int, b: Int, distance: Double)] {
    var joins: [(a: Int, b: Int, distance: Double)] = []
    var chain: [Int] = []
    while joins.count < count - 1 {
      if chain.isEmpty { chain = [sizes.firstIndex { $0 > 0 }!] }
      while true {
        let end = chain[chain.count - 1]
        let previous = chain.count > 1 ? chain[chain.count - 2] : nil
        let (neighbour, distance) = nearest(to: end, preferring: previous)
        guard neighbour == previous else {
          chain.append(neighbour)
          continue
        }
        chain.removeLast(2)
        let (a, b) = (min(end, neighbour), max(end, neighbour))
        joins.append((a, b, distance))
        join(a, into: b)
        break
      }
    }
    return joins
  }

  private func nearest(to item: Int, preferring previous: Int?) -> (item: Int, distance: Double) {
    var best = (
      item: previous ?? -1, distance: previous.map { values[item * count + $0] } ?? .infinity
    )
    for other in 0..<count where sizes[other] > 0 && other != item {
      let distance = values[item * count + other]
      if distance < best.distance || best.item < 0 { best = (other, distance) }
    }
    return best
  }

  private mutating func join(_ a: Int, into b: Int) {
    let (m, n) = (Double(sizes[a]), Double(sizes[b]))
    sizes[b] += sizes[a]
    sizes[a] = 0
    for other in 0..<count where sizes[other] > 0 && other != b {
      let mean = (m * values[a * count + other] + n * values[b * count + other]) / (m + n)
      (values[b * count + other], values[other * count + b]) = (mean, mean)
    }
  }
}
