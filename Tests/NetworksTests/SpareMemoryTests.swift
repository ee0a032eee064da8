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

    init(_ network: (trunk: Int, layers: [Layer])) {
      spare = SpareMemory(trunk: network.trunk)
      for layer in network.layers {
        let start = plan.privateCount
        let own = plan.reserve(layer.kept, for: .untilBackward, label: "kept")
        scratch.append(plan.reserve(layer.scratch, for: .call, label: "scratch"))
        plan.endLayer()
        kept.append([own, plan.reserve(layer.result, for: .untilBackward, label: "result")])
        spare.add(from: start, result: layer.result, in: &plan)
      }
    }
  }

  @Test("what is lent overlaps nothing that lives", arguments: networks.indices)
  func disjoint(index: Int) {
    var planned = Planned(Self.networks[index])
    let gradients = planned.spare.gradients(in: &planned.plan)
    planned.plan.lend(planned.spare.rooms(beside: gradients))
    let workspace = Workspace(planned.plan)
    for layer in planned.kept.indices {
      // The scratch memory, the gradients that the backward pass reads and writes, and what this
      // layer and those below it keep.
      let living =
        [planned.scratch[layer]] + gradients[max(layer - 1, 0)...layer]
        + planned.kept[...layer].joined()
      let places = living.map { workspace[$0]..<workspace[$0] + $0.count }
      for (number, place) in places.enumerated() {
        #expect(!places[..<number].contains { $0.overlaps(place) }, "layer \(layer), \(number)")
      }
    }
  }

  @Test("a layer's large scratch memory lies where later layers keep theirs")
  func lends() {
    var planned = Planned(Self.networks[0])
    let gradients = planned.spare.gradients(in: &planned.plan)
    let before = planned.plan.byteCount
    planned.plan.lend(planned.spare.rooms(beside: gradients))
    // 700 numbers of the first layer, padded, in place of 500 of the last, which has no room.
    #expect(before - planned.plan.byteCount == (704 - 512) * 4)
  }
}
