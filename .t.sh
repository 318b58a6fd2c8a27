cd /tmp; mkdir -p a3t; cd a3t
mkdir -p boost; ln -sfn /usr/include/boost boost/vitals_net
F="-std=c++20 -O1 -g1 -fsanitize=thread -w -I/a3/include -I/a3/src -I/tmp/a3t/boost"
for room in /a3/src/core/*/; do r=$(basename $room); (for f in $room*.cpp; do [ $r = testing ] || echo "#include \"$f\""; done) > core_$r.cpp; [ -e core_$r.o ] || g++ $F -c core_$r.cpp -o core_$r.o || echo fail $r; done
[ -e requests.o ] || g++ $F -c ../a3/requests.cpp -o requests.o
for f in scrape gzip content_negotiation name_query accept_list; do [ -e $f.o ] || g++ $F -c /a3/src/http/endpoint/$f.cpp -o $f.o; done
g++ $F -I/usr/include/jsoncpp -c /a3/examples/http/drogon.cpp -o drogon.o
g++ -fsanitize=thread *.o -ldeflate -ldrogon -ltrantor -ljsoncpp -lpthread -o http_drogon
