// SPDX-License-Identifier: MIT
// Training steps (forward, backward, AdamW) of four networks on one thread, beside the time that the multiply-adds of their
// products take at the peak of the core. benchmarks/nn_torch.py runs PyTorch beside them, on one and two threads.
#include "nn/training.hpp"

int main(int argc, char** argv) {
  const auto threads = argc == 5 ? std::stoi(argv[4]) : 1;
  fluxpp::kernels::thread_pool::instance().resize(threads);
  const bench::workload all[] = {bench::mlp(), bench::digits(), bench::lstm(), bench::transformer()};
  if (argc == 5 && std::string_view(argv[1]) == "--exchange") { // <network> <file> <threads>
    for (const bench::workload& w : all)
      if (w.name == argv[2]) w.exchange(argv[3], threads);
    return EXIT_SUCCESS;
  }
  const bench::suite suite(argc, argv);
  for (const bench::workload& w : all) w.beside_peak(suite, w);
}
