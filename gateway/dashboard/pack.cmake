# The page, made ready to be put into the program, at build time:
#
#     cmake -DIN=page -DOUT=folder "-DNAMES=app.js app.css" -DCODES=code.c
#         -P pack.cmake
#
# version.txt names the page's content, and that of CODES, whose texts are a
# part of it: it stands in the paths of its parts,
# which may therefore be kept for ever.  index.en.html and index.zh.html are
# the page in the gateway's languages.  Everything is there gzipped too; -n
# leaves out the time, so that equal pages make equal programs.
string(REPLACE " " ";" NAMES "${NAMES}")
find_program(GZIP gzip REQUIRED)

function(compress in out)
    execute_process(COMMAND ${GZIP} -9 -n -c "${in}" OUTPUT_FILE "${out}"
        COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(hashes "")
foreach(name IN LISTS NAMES ITEMS index.html)
    file(SHA256 "${IN}/${name}" hash)
    string(APPEND hashes "${name} ${hash}\n")
endforeach()
file(SHA256 "${CODES}" hash)
string(SHA256 version "${hashes}${hash}")
string(SUBSTRING "${version}" 0 16 PAGE_VERSION)
file(WRITE "${OUT}/version.txt" "${PAGE_VERSION}")

# The parts are asked for at once, not one after the other's imports.
set(preloads "")
foreach(name IN LISTS NAMES)
    if(name MATCHES "\\.js$" AND NOT name STREQUAL "app.js")
        list(APPEND preloads
            "<link rel=\"modulepreload\" href=\"/dashboard/${PAGE_VERSION}/${name}\">")
    endif()
    compress("${IN}/${name}" "${OUT}/${name}.gz")
endforeach()
list(JOIN preloads "\n" PAGE_PRELOADS)

foreach(PAGE_LANG IN ITEMS en zh-CN)
    set(page "${OUT}/index.${PAGE_LANG}.html")
    configure_file("${IN}/index.html" "${page}" @ONLY)
    compress("${page}" "${page}.gz")
endforeach()
