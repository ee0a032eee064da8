import Datasets
import Foundation
import Images
import Metrics
import Randomness
import Strategies
import TestSupport
import Testing

@Suite("Minority augmentation") struct AugmentationTests {
  private let census = ClassCensus(counts: [500, 101, 100, 20, 19, 0])

  /// Indices of the classes whose images change.
  private func chosen(
    _ configure: (inout MinorityAugmentation) -> Void
  ) throws -> [Int] {
    var strategy = MinorityAugmentation()
    configure(&strategy)
    try strategy.validate()
    guard let augmentation = try strategy.augmentation(for: census) as? ClassAugmentation else {
      return []
    }
    let untouched = EveryClassAsItIs().probe(classIndex: 0)
    for index in census.counts.indices {
      let changes = (0..<8).contains {
        augmentation.probe(classIndex: index, item: $0) != untouched
      }
      #expect(changes == !augmentation.transforms[index].isEmpty)
    }
    return census.counts.indices.filter { !augmentation.transforms[$0].isEmpty }
  }

  private struct EveryClassAsItIs: Augmentation {
    func apply(to image: inout PixelImage, classIndex: Int, using g: inout SeededGenerator) {}
  }

  @Test("Without conditions medium and few are chosen, never classes without images")
  func free() throws { #expect(try chosen { _ in } == [2, 3, 4]) }

  @Test("Conditions choose strictly below, by group and by name")
  func conditions() throws {
    #expect(try chosen { $0.belowCount = 100 } == [3, 4])
    // 20 of 740 is 0.027, 101 of 740 is 0.136.
    #expect(try chosen { $0.belowShare = 0.136 } == [2, 3, 4])
    #expect(try chosen { $0.belowShare = 20.0 / 740 } == [4])
    #expect(try chosen { $0.groups = [.many] } == [0, 1])
    #expect(try chosen { $0.groups = [.few] } == [4])
    #expect(try chosen { $0.classes = ["class 1"] } == [1])
    #expect(try chosen { $0.classes = ["class 5"] } == [])
  }

  @Test("Any of several conditions suffices")
  func union() throws {
    #expect(
      try chosen {
        $0.groups = [.few]
        $0.classes = ["class 0"]
      } == [0, 4])
  }

  @Test("Strength scales amounts; the smallest step a class is below counts")
  func strength() throws {
    var strategy = MinorityAugmentation()
    strategy.transforms = [DeclaredTransform(.rotation(degrees: 10))]
    strategy.groups = [.many, .medium, .few]
    strategy.strength = 0.5
    strategy.strengthByCount = [.init(below: 101, strength: 2), .init(below: 20, strength: 3)]
    let augmentation = try strategy.augmentation(for: census) as? ClassAugmentation
    #expect(
      augmentation?.transforms == [5, 5, 20, 20, 30].map { [.rotation(degrees: $0)] } + [[]])
  }

  @Test("Transforms run in the order of the list")
  func order() throws {
    let flip = PixelTransform.horizontalFlip(probability: 1)
    let shift = PixelTransform.shift(amount: 0.5)
    let one = ClassAugmentation(transforms: [[flip, shift]]).probe(classIndex: 0, item: 3)
    let other = ClassAugmentation(transforms: [[shift, flip]]).probe(classIndex: 0, item: 3)
    #expect(one != other)
  }

  @Test("Notes name the classes, or say that there are none")
  func notes() throws {
    #expect(
      try MinorityAugmentation().plan(for: census).notes == [
        "augmented, 3 of 6 classes: class 2, class 3, class 4"
      ])
    let plan = try MinorityAugmentation().plan(for: ClassCensus(counts: [900, 800]))
    #expect(plan.notes == ["no class is chosen, so no image is augmented"])
    #expect(plan.phases[0].augmentation == nil)
  }

  @Test("A class that the data does not have is an error")
  func unknownClass() {
    var strategy = MinorityAugmentation()
    strategy.classes = ["class 0", "Robe"]
    let error = #expect(throws: InvalidParameter.self) { try strategy.plan(for: census) }
    #expect(error?.parameter == "classes")
    #expect(error?.received == "a list with 'Robe'")
  }

  @Test("The control treats all classes alike")
  func control() throws {
    let augmentation = try #require(try AugmentAll().augmentation(for: census))
    let images = census.counts.indices.map { augmentation.probe(classIndex: $0, item: 2) }
    #expect(Set(images).count == 1)
    #expect(images[0] != EveryClassAsItIs().probe(classIndex: 0))
  }

  @Test(
    "Bad values are named with their place",
    arguments: [
      (#"{"transforms": []}"#, "transforms"),
      (#"{"transforms": ["flop"]}"#, "transforms[0]"),
      (#"{"transforms": ["shift", {"rotation": {"degree": 3}}]}"#, "transforms[1].rotation.degree"),
      (#"{"transforms": [{"rotation": {"degrees": "x"}}]}"#, "transforms[0].rotation.degrees"),
      (#"{"transforms": [{"rotation": {"degrees": 700}}]}"#, "transforms[0].rotation.degrees"),
      (#"{"transforms": [{"rotation": 3}]}"#, "transforms[0].rotation"),
      (#"{"transforms": [{"rotation": {}, "shift": {}}]}"#, "transforms[0]"),
      (#"{"below_count": 0}"#, "below_count"),
      (#"{"below_count": 2.5, "strength": 1}"#, "below_count"),
      (#"{"below_share": 1.5}"#, "below_share"),
      (#"{"groups": []}"#, "groups"),
      (#"{"groups": ["unseen"]}"#, "groups"),
      (#"{"groups": ["rare"]}"#, "groups[0]"),
      (#"{"classes": [3]}"#, "classes[0]"),
      (#"{"strength": -0.5}"#, "strength"),
      (#"{"strength_by_count": [{"below": 0, "strength": 1}]}"#, "strength_by_count[0].below"),
      (
        #"{"strength_by_count": [{"below": 9, "strength": -1}]}"#, "strength_by_count[0].strength"
      ),
      (#"{"strength_by_count": [{"below": 9, "by": 1}]}"#, "strength_by_count[0].by"),
      (#"{"strength_by_count": [{"below": 9}]}"#, "strength_by_count[0].strength"),
    ])
  func badValues(_ json: String, _ key: String) {
    let problems = StrategyConfiguration.problems(
      name: "minority-augmentation", parametersJSON: Data(json.utf8))
    #expect(problems.map(\.key) == [key], "\(problems)")
  }

  @Test("Transforms are stored with their names and all their numbers")
  func stored() throws {
    let read = try StrategyConfiguration(
      name: "augment-all",
      parametersJSON: Data(#"{"transforms": ["horizontal_flip", {"shift": {"amount": 0.2}}]}"#.utf8)
    )
    #expect(
      read.strategy.storedParameters["transforms"]
        == .list([
          .mapping(["horizontal_flip": .mapping(["probability": .number(0.5)])]),
          .mapping(["shift": .mapping(["amount": .number(0.2)])]),
        ]))
  }

  @Test("Combined with a sampler, rare classes are drawn more often and changed")
  func combined() throws {
    var strategy = Combined()
    strategy.parts = [
      StrategyConfiguration(ClassBalancedSampling()), StrategyConfiguration(MinorityAugmentation()),
    ]
    try strategy.validate()
    let plan = try strategy.plan(for: census)
    #expect(plan.phases[0].augmentation is ClassAugmentation)
    #expect(plan.effectiveMass(for: census)[0].effective == [0.2, 0.2, 0.2, 0.2, 0.2, 0])
    #expect(plan.notes == ["augmented, 3 of 6 classes: class 2, class 3, class 4"])
    strategy.parts.append(StrategyConfiguration(AugmentAll()))
    let error = #expect(throws: InvalidParameter.self) { try strategy.validate() }
    #expect(error?.received == "a list with minority-augmentation and augment-all")
    strategy.parts.removeLast()
    strategy.split = .auto
    let split = #expect(throws: InvalidParameter.self) { try strategy.validate() }
    #expect(split?.parameter == "split")
  }
}
