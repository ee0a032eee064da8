import Networks
import Tensors
import Testing

@Suite("Spare memory")
struct SpareMemoryTests {
  /// Numbers that a layer keeps, numbers of its result, numbers of its scratch memory.
  typealias Layer = (kept: Int, result: Int, scratch: Int)

  private static let networks: [(trunk: Int, layers: [Layer])] = [
    // Results that shrink, as a ResNet's do, and a large scratch memory above.
    (
      6,
      [
        (900, 300, 700), (1000, 400, 50), (1000, 400, 50), (500, 200, 120), (250, 100, 60),
        (250, 100, 500), (0, 10, 0), (0, 5, 3),
      ]
    ),
    (5, [(64, 640, 10), (16, 16, 900), (2000, 17, 33), (40, 160, 250), (3, 3, 64), (0, 3, 1)]),
    (1, [(100, 20, 30), (0, 7, 5)]),
    (2, [(100, 20, 300), (50, 70, 5), (0, 2, 2)]),
  ]

  /// What a network plans for its layers.
  private struct Planned {
    var plan = WorkspacePlan()
    /// Of each layer, what it keeps and its result.
    var kept: [[WorkspacePlan.Slot]] = []
    var scratch: [WorkspacePlan.Slot] = []
    var spare: SpareMemory

    /// Results of layers that are made again are not kept.
    init(_ network: (trunk: Int, layers: [Layer]), restored: Set<Int> = []) {
      spare = SpareMemory(trunk: network.trunk)
      for (index, layer) in network.layers.enumerated() {
        let start = plan.privateCount
        kept.append([plan.reserve(layer.kept, for: .untilBackward, label: "kept")])
        scratch.append(plan.reserve(layer.scratch, for: .call, label: "scratch"))
        plan.endLayer()
        if !restored.contains(index) {
          kept[index].append(plan.reserve(layer.result, for: .untilBackward, label: "result"))
        }
        spare.add(from: start, result: layer.result, in: &plan)
      }
    }
  }

  @Test(
    "what is lent overlaps nothing that lives", arguments: networks.indices,
    [[], [0, 2], [1, 3]] as [Set<Int>])
  func disjoint(index: Int, restored: Set<Int>) {
    let network = Self.networks[index]
    let restored = restored.filter { $0 + 1 < network.trunk }
    var planned = Planned(network, restored: restored)
    let gradients = planned.spare.gradients(in: &planned.plan)
    let results = planned.spare.results(of: restored, beside: gradients, in: &planned.plan)
    #expect(Set(results.keys) == restored)
    planned.plan.lend(planned.spare.rooms(beside: gradients, results))
    let workspace = Workspace(planned.plan)
    for layer in planned.kept.indices {
      // What this layer and those below it keep, and its scratch memory.
      let kept = planned.kept[...layer].joined() + [planned.scratch[layer]]
      let written = [layer - 1, layer].compactMap { results[$0] }
      let read = [layer - 1].compactMap { results[$0] }
      for living in [kept + written, kept + read + gradients[max(layer - 1, 0)...layer]] {
        let places = living.map { workspace[$0]..<workspace[$0] + $0.count }
        for (number, place) in places.enumerated() {
          #expect(!places[..<number].contains { $0.overlaps(place) }, "layer \(layer), \(number)")
        }
      }
    }
  }

  @Test("a layer's large scratch memory lies where later layers keep theirs")
  func lends() {
    var planned = Planned(Self.networks[0])
    let gradients = planned.spare.gradients(in: &planned.plan)
    let before = planned.plan.byteCount
    planned.plan.lend(planned.spare.rooms(beside: gradients, [:]))
    // 700 numbers of the first layer, padded, in place of 500 of the last, which has no room.
    #expect(before - planned.plan.byteCount == (704 - 512) * 4)
  }

  @Test("a result that is made again lies where later layers keep theirs")
  func lendsToResults() {
    func bytes(_ restored: Set<Int>) -> Int {
      var planned = Planned(Self.networks[0], restored: restored)
      let gradients = planned.spare.gradients(in: &planned.plan)
      _ = planned.spare.results(of: restored, beside: gradients, in: &planned.plan)
      return planned.plan.byteCount
    }
    #expect(bytes([]) - bytes([1]) == 400 * 4)
  }
}
