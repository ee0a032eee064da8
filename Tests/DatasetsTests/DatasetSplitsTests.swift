import Datasets
import Testing

@Suite("Splits")
struct DatasetSplitsTests {
  private static let sizes = [1, 1, 2, 2, 3, 4, 5, 7, 10, 19, 20, 33, 64, 100, 101, 250]
  private static let sample = catalogue(
    sizes.enumerated().map { ("class \($0.offset)", $0.element) })

  private func parts(_ splits: DatasetSplits) -> [Set<String>] {
    [splits.training.examples, splits.validation.examples, splits.test.examples].map { part in
      Set(part.map { splits.catalogue.examples[$0.example].id })
    }
  }

  @Test(
    "are disjoint, complete, stratified, and name classes by falling count",
    arguments: [1, 2, 3, 4, 5], [0.1, 0.2, 0.5])
  func properties(seed: Int, share: Double) throws {
    let split = SplitConfiguration(
      test: .stratified(share: share), validation: 0.15, seed: UInt64(seed))
    let splits = try DatasetSplits.make(from: Self.sample, split: split, classes: .init())
    let parts = parts(splits)
    #expect(parts.reduce(0) { $0 + $1.count } == Self.sample.examples.count)
    #expect(
      parts.reduce(into: Set<String>()) { $0.formUnion($1) }.count == Self.sample.examples.count)
    #expect(splits.census.counts == splits.census.counts.sorted(by: >))
    #expect(splits.census.counts.allSatisfy { $0 > 0 } && splits.unseen.isEmpty)
    for part in [splits.training.examples, splits.validation.examples, splits.test.examples] {
      #expect(part.map(\.example) == part.map(\.example).sorted())
      for item in part {
        let name = splits.catalogue.examples[item.example].label
        #expect(splits.labelMap.name(of: item.classIndex) == name)
        #expect(splits.labelMap.index(of: name) == item.classIndex)
      }
    }
    for (name, size) in Self.sizes.enumerated().map({ ("class \($0.offset)", $0.element) }) {
      let index = try #require(splits.labelMap.index(of: name))
      let test = splits.test.examples.count { $0.classIndex == index }
      #expect(test == StratifiedCut.testCount(of: size, share: share))
      let validation = splits.validation.examples.count { $0.classIndex == index }
      #expect(validation == StratifiedCut.validationCount(of: size - test, share: 0.15))
    }
  }

  @Test("of one seed are the same, of another not") func seeds() throws {
    func make(_ seed: UInt64) throws -> [Set<String>] {
      parts(
        try DatasetSplits.make(
          from: Self.sample, split: SplitConfiguration(seed: seed), classes: .init()))
    }
    #expect(try make(3) == make(3))
    #expect(try make(3)[2] != make(4)[2])
  }

  @Test("of a class do not depend on other classes or the order of rows") func independence() throws
  {
    let longer = Catalogue(
      name: "more", root: "/nowhere",
      examples: catalogue(["new": 40]).examples + Self.sample.examples.reversed())
    let split = SplitConfiguration(seed: 9)
    let few = parts(try DatasetSplits.make(from: Self.sample, split: split, classes: .init()))
    let more = parts(try DatasetSplits.make(from: longer, split: split, classes: .init()))
    for (few, more) in zip(few, more) { #expect(few == more.filter { !$0.hasPrefix("new/") }) }
  }

  @Test("cut validation from train: test is the same with and without", arguments: [0, 0.1, 0.9])
  func validationFromTrain(share: Double) throws {
    let without = try DatasetSplits.make(
      from: Self.sample, split: SplitConfiguration(validation: 0), classes: .init())
    let with = try DatasetSplits.make(
      from: Self.sample, split: SplitConfiguration(validation: share), classes: .init())
    #expect(parts(with)[2] == parts(without)[2])
    #expect(parts(with)[0].union(parts(with)[1]) == parts(without)[0])
  }

  @Test("do not deal validation the ids that test's draw would give") func streams() throws {
    let one = catalogue(["a": 100])
    let first = try DatasetSplits.make(
      from: one, split: SplitConfiguration(test: .stratified(share: 0.5), validation: 0.5),
      classes: .init())
    let test = first.test.examples.map(\.example)
    #expect(Set(test).isDisjoint(with: first.validation.examples.map(\.example)))
    #expect(test != Array(0..<50))
  }

  @Test("have a digest of names, ids, classes, parts and pixels") func digest() throws {
    func digest(_ catalogue: Catalogue, seed: UInt64 = 1, pixels: String = "p") throws -> String {
      try DatasetSplits.make(
        from: catalogue, split: SplitConfiguration(seed: seed), classes: .init()
      ).digest(pixels: pixels)
    }
    let base = try digest(Self.sample)
    #expect(base.count == 64)
    #expect(try digest(Self.sample) == base)
    #expect(try digest(Self.sample, seed: 2) != base)
    #expect(try digest(Self.sample, pixels: "q") != base)
    var examples = Self.sample.examples
    examples[0].label = "class X"
    #expect(try digest(Catalogue(name: "n", root: "r", examples: examples)) != base)
    examples = Self.sample.examples
    examples[0].id = "other"
    #expect(try digest(Catalogue(name: "n", root: "r", examples: examples)) != base)
  }

  @Test("refuse shares that are none", arguments: [-0.1, 1, 1.5, .nan])
  func badShares(share: Double) {
    #expect(throws: SplitError.self) {
      try DatasetSplits.make(
        from: Self.sample, split: SplitConfiguration(test: .stratified(share: share)),
        classes: .init())
    }
    #expect(throws: SplitError.self) {
      try DatasetSplits.make(
        from: Self.sample, split: SplitConfiguration(validation: share), classes: .init())
    }
  }
}
