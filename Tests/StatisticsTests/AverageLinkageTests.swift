import Foundation
import Statistics
import Testing

/// `Fixtures/linkage.json`, written by `Tests/References/linkage_golden.py`.
@Suite("Clustering by average linkage, and Wilson's interval")
struct AverageLinkageTests {
  struct Fixture: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
      var name: String
      var distances: [[Double]]
      var merges: [[Double]]
      var leaves: [Int]

      var testDescription: String { name }
    }

    var cases: [Case]
    var wilson: [[Double]]
  }

  static let golden: Fixture = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/linkage.json")
    return try! JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
  }()

  @Test("agrees with SciPy, ties included", arguments: AverageLinkageTests.golden.cases)
  func agrees(expected: Fixture.Case) throws {
    let linkage = AverageLinkage(count: expected.distances.count) { expected.distances[$0][$1] }
    #expect(linkage.merges.count == expected.merges.count)
    for (merge, row) in zip(linkage.merges, expected.merges) {
      #expect(merge.first == Int(row[0]) && merge.second == Int(row[1]))
      #expect(merge.size == Int(row[3]))
      expectClose(merge.distance, row[2], relative: 1e-13)
    }
    // SciPy turns no cluster, so that only the clusters themselves can be compared: each stands
    // together in our order, as it does in SciPy's.
    let order = linkage.order { expected.distances[$0][$1] }
    #expect(order.sorted() == expected.leaves.sorted())
    var clusters = order.indices.map { Set([$0]) }
    for merge in linkage.merges {
      let members = clusters[merge.first].union(clusters[merge.second])
      clusters.append(members)
      let places = members.map { order.firstIndex(of: $0)! }
      #expect(places.max()! - places.min()! == members.count - 1)
    }
  }

  @Test("turns clusters so that those that meet are near") func turning() {
    // On a line: 0 and 1, 10 and 11, and then the pair 12.5 and 13 beside 11.
    let places = [10.0, 0, 13, 11, 1, 12.5]
    let linkage = AverageLinkage(count: 6) { abs(places[$0] - places[$1]) }
    let line = linkage.order { abs(places[$0] - places[$1]) }.map { places[$0] }
    #expect(line == [0, 1, 10, 11, 12.5, 13] || line == [13, 12.5, 11, 10, 1, 0])
  }

  @Test("gives the largest clusters below a size, every item once") func clusters() {
    let places = [10.0, 0, 13, 11, 1, 12.5]
    let linkage = AverageLinkage(count: 6) { abs(places[$0] - places[$1]) }
    func clusters(_ size: Int) -> [[Double]] {
      let found = linkage.clusters(ofAtMost: size) { abs(places[$0] - places[$1]) }
      return found.map { cluster in cluster.map { places[$0] }.sorted() }.sorted { $0[0] < $1[0] }
    }
    #expect(clusters(1) == [[0], [1], [10], [11], [12.5], [13]])
    #expect(clusters(3) == [[0, 1], [10, 11], [12.5, 13]])
    #expect(clusters(4) == [[0, 1], [10, 11, 12.5, 13]])
    #expect(clusters(6) == [[0, 1, 10, 11, 12.5, 13]])
  }

  @Test("of one item, and of none, is nothing") func small() {
    #expect(AverageLinkage(count: 0) { _, _ in 0 }.order { _, _ in 0 } == [])
    #expect(AverageLinkage(count: 1) { _, _ in 0 }.order { _, _ in 0 } == [0])
    #expect(AverageLinkage(count: 1) { _, _ in 0 }.merges.isEmpty)
  }

  @Test("Wilson's interval agrees with SciPy") func wilson() {
    for row in Self.golden.wilson {
      let interval = WilsonInterval.of(hits: Int(row[0]), trials: Int(row[1]))
      expectClose(interval.lowerBound, row[2], relative: 1e-12, absolute: 1e-15)
      expectClose(interval.upperBound, row[3], relative: 1e-12)
    }
  }
}
