import Datasets
import Randomness
import Testing

@Suite struct ExampleGroupsTests {
  @Test func atFirstAllAreApart() {
    let groups = ExampleGroups(count: 4)
    #expect(groups.members().isEmpty)
    #expect(groups.representatives() == [0, 1, 2, 3])
    #expect(ExampleGroups(count: 0).members().isEmpty)
  }

  @Test func joinedGroupsBecomeOne() {
    var groups = ExampleGroups(count: 7)
    groups.join(5, 2)
    groups.join(6, 1)
    groups.join(6, 5)
    groups.join(3, 3)
    #expect(groups.members() == [[1, 2, 5, 6]])
    #expect(groups.representatives() == [0, 1, 1, 3, 4, 1, 1])
    #expect(groups.representative(of: 5) == 1)
  }

  @Test func theOrderOfJoinsDoesNotCount() {
    var generator = SeededGenerator(seed: 7, purpose: .testing)
    var pairs = (0..<400).map { _ in
      (Int.random(in: 0..<600, using: &generator), Int.random(in: 0..<600, using: &generator))
    }
    func groups(_ pairs: [(Int, Int)]) -> ExampleGroups {
      var groups = ExampleGroups(count: 600)
      for (first, second) in pairs { groups.join(first, second) }
      return groups
    }
    let once = groups(pairs)
    // Independent of the type: labels that spread along the pairs until nothing changes.
    var labels = Array(0..<600)
    var changed = true
    while changed {
      changed = false
      for (first, second) in pairs where labels[first] != labels[second] {
        let least = min(labels[first], labels[second])
        (labels[first], labels[second], changed) = (least, least, true)
      }
    }
    #expect(once.representatives() == labels)
    for _ in 0..<5 {
      pairs.shuffle(using: &generator)
      let again = groups(pairs.map { Bool.random(using: &generator) ? ($0.0, $0.1) : ($0.1, $0.0) })
      #expect(again == once)
      #expect(again.members() == once.members())
    }
  }

  @Test func aLongChainIsOneGroup() {
    var groups = ExampleGroups(count: 100_000)
    for index in (1..<100_000).reversed() { groups.join(index, index - 1) }
    #expect(groups.members().map(\.count) == [100_000])
  }

  @Test func groupsOfTwoKindsAreJoined() {
    var patients = ExampleGroups(count: 6)
    patients.join(0, 1)
    patients.join(2, 3)
    var copies = ExampleGroups(count: 6)
    copies.join(1, 2)
    copies.join(4, 5)
    patients.join(copies)
    #expect(patients.members() == [[0, 1, 2, 3], [4, 5]])
  }
}
